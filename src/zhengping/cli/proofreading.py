"""`zhengping proofread`: words on the command line -> what to look at in files, before or after they are sent in."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.words import _, language
from zhengping.engine.folder import proofreading
from zhengping.engine.folder.state import replace_bytes

_SHOWN = 12  # findings of a file listed on the screen


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command by `add(name, help=…)`."""
    command = add("proofread", help=_("校对文件：被遮蔽的字、缺失的数字和年份、重复、残缺、不一致和用语"))
    command.add_argument("files", nargs="+", metavar="FILE", help=_("文稿、文件夹、汇总表或登记表（register.jsonl）"))
    command.add_argument("--edition", metavar="FILE", help=_("届次文件（TOML）"))
    command.add_argument("--wording", metavar="FILE", help=_("自己的用语表（TOML），与内置用语表一起使用"))
    command.add_argument("--out", metavar="DIR", help=_("输出文件夹（默认只在屏幕上列出）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))
    command.set_defaults(run=run)


def run(args: Namespace) -> int:
    """zhengping proofread; -> 1 if something was found."""
    result = proofreading.proofread([Path(word) for word in args.files], Path(args.edition) if args.edition else None, Path(args.wording) if args.wording else None)
    rows = proofreading.rows(result, language())
    written = []
    if args.out:
        out = Path(args.out)
        out.mkdir(parents=True, exist_ok=True)
        for name, data in proofreading.files(result, language()):
            replace_bytes(out / name, data)
            written.append(out / name)
    if args.json:
        shown.as_json(rows)
    elif not args.quiet:
        _tell(rows, len(result.cases), written)
    return 1 if rows else 0


def _tell(rows: list[dict[str, object]], cases: int, written: list[Path]) -> None:
    by_file: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in rows:
        by_file.setdefault((str(row["file"]), str(row["title"])), []).append(row)
    severities = {"error": _("错误"), "warning": _("警告"), "notice": _("提示")}
    for (file, title), found in by_file.items():
        print(" · ".join(word for word in (file, title) if word))
        for row in found[:_SHOWN]:
            paragraph = row.get("paragraph")
            where = _("第{number}段").format(number=int(str(paragraph))) if isinstance(paragraph, int) and paragraph > 0 else _("全文")
            suggestion = _(" 建议：{word}").format(word=row["suggestion"]) if row.get("suggestion") else ""
            print(f"  {where} [{severities[str(row['severity'])]}] {row['sentence']}{suggestion}")
        if len(found) > _SHOWN:
            print("  " + _("另有 {count} 处未列出，请用 --out 写出全部结果。").format(count=len(found) - _SHOWN))
    print(_("共校对 {cases} 篇，发现 {count} 处。").format(cases=cases, count=len(rows)))
    for path in written:
        print(path)
