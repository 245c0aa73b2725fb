"""`zhengping proofread` and `duplicates`: words on the command line -> findings and matches of files and registers."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.words import _, language
from zhengping.engine.folder import duplicates
from zhengping.engine.folder.state import replace_bytes

_SHOWN = 20  # rows of a list on the screen


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    _duplicates(add("duplicates", help=_("查重：找出届内和与往届相同的文字")))


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", metavar="DIR", help=_("输出文件夹（默认只在屏幕上列出）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))


def _duplicates(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="A.jsonl", help=_("本届登记表（register.jsonl），或每行一个案例的 .jsonl"))
    command.add_argument("--against", nargs="+", default=[], metavar="B.jsonl", help=_("对照的往届登记表"))
    command.add_argument("--index", metavar="DIR", help=_("查重索引文件夹：与其中各届比对，再把本届加入"))
    command.add_argument("--name", default="", help=_("本届在索引中的名称（默认取自文件名）"))
    command.add_argument("--readonly", action="store_true", help=_("只比对，不把本届加入索引"))
    _output(command)
    command.set_defaults(run=run_duplicates)


def run_duplicates(args: Namespace) -> int:
    """zhengping duplicates; -> 1 if there are matches."""
    request = duplicates.Request(
        Path(args.file), tuple(map(Path, args.against)), Path(args.index) if args.index else None, args.name, args.readonly
    )
    with shown.Bars(args.quiet or args.json) as bars:
        result = duplicates.compare(request, bars.step)
    written = _written(args, duplicates.files(result, _("查重结果"), language())) if args.out else []
    if args.json:
        shown.as_json({"own": result.own, "others": result.others, "pairs": [duplicates.row(pair) for pair in result.pairs]})
    elif not args.quiet:
        _tell(result, written)
    return 1 if result.pairs else 0


def _written(args: Namespace, files: object) -> list[Path]:
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in files:  # type: ignore[attr-defined]
        replace_bytes(out / name, data)
        paths.append(out / name)
    return paths


def _tell(result: duplicates.Result, written: list[Path]) -> None:
    shown.table(
        _("查重结果"),
        [
            (_("本届案例"), str(result.own)),
            (_("对照案例"), str(result.others)),
            *([(_("没有正文"), str(result.empty))] if result.empty else []),
            (_("疑似重复"), str(len(result.pairs))),
        ],
    )
    for pair in result.pairs[:_SHOWN]:
        longest = max(pair.passages, key=lambda p: p.end - p.start)
        words = pair.first.text[longest.start : longest.end].replace("\n", " ")
        where = f"{pair.edition} " if pair.edition else ""
        print(f"{pair.share:4.0%}  {pair.first.name} {pair.first.title}  ←→  {where}{pair.second.name} {pair.second.title}")
        print(f"      “{words[:60]}{'…' if len(words) > 60 else ''}”")
    if len(result.pairs) > _SHOWN:
        print(_("另有 {count} 对未列出，请用 --out 写出全部结果。").format(count=len(result.pairs) - _SHOWN))
    for path in written:
        print(path)
