"""`zhengping collection`: words on the command line -> a case collection as .docx, .pdf and .epub."""

from __future__ import annotations

import argparse
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import path, positive
from zhengping.cli.words import _, language
from zhengping.engine.collection import EDITIONS, ORDERS
from zhengping.engine.folder import again, collecting
from zhengping.engine.tables import sentence

_SHOWN = 20  # omissions listed on the screen


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command by `add(name, help=…)`."""
    command = add("collection", help=_("由登记表和原件编成案例选编（Word、PDF、EPUB）"))
    command.add_argument("register", metavar="REGISTER", help=_("登记表（register.jsonl 或 .xlsx）或其文件夹"))
    command.add_argument("--originals", metavar="FOLDER", help=_("来稿文件夹，用于取原件中的图片和表格（默认只排登记表中的文字）"))
    command.add_argument("--out", metavar="DIR", help=_("输出文件夹（默认与登记表相同）"))
    command.add_argument("--title", default="", help=_("书名（默认为届次名称加“案例选编”）"))
    command.add_argument("--subtitle", default="", help=_("副题"))
    command.add_argument("--host", action="append", default=[], metavar="NAME", help=_("编者，可重复"))
    command.add_argument("--foreword", metavar="FILE", help=_("编写说明（.txt 或 .docx）"))
    command.add_argument("--notes", metavar="FILE", help=_("来稿综述（.txt 或 .docx）"))
    command.add_argument("--licence", default="", help=_("印在书名页背面的许可说明"))
    command.add_argument("--only", default="", metavar="AWARD,…", help=_("只收这些奖项"))
    command.add_argument("--numbers", default="", metavar="3,8,21", help=_("只收这些案例编号"))
    command.add_argument("--order", choices=ORDERS, default="award", help=_("主题内的顺序：award 奖项，place 地区，number 编号"))
    command.add_argument("--kinds", default=",".join(EDITIONS), metavar="KIND,…", help=_("要哪些文件：{kinds}").format(kinds=",".join(EDITIONS)))
    command.add_argument("--edition", metavar="FILE", help=_("届次文件（TOML）"))
    command.add_argument("--awards", metavar="FILE", help=_("奖项表（编号、奖项）"))
    command.add_argument("--corrected", metavar="FILE", help=_("经人工更正的登记表（.xlsx）"))
    command.add_argument("--jobs", type=positive, default=2, help=_("并行进程数"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))
    command.set_defaults(run=run, fail=command.error)


def run(args: Namespace) -> int:
    """zhengping collection; -> 1 if something of an original is not in the book."""
    register = Path(args.register)
    kinds, numbers = _words(args.kinds), _words(args.numbers)
    if not kinds or set(kinds) - set(EDITIONS):
        args.fail(_("--kinds 只能是 {kinds} 中的几种。").format(kinds="、".join(EDITIONS)))
    if wrong := [word for word in numbers if not word.isdigit()]:
        args.fail(_("“{word}”不是案例编号。").format(word=wrong[0]))
    wanted = collecting.Request(
        again.Register(register, path(args.edition), awards=path(args.awards), corrected=path(args.corrected)),
        Path(args.out) if args.out else register if register.is_dir() else register.parent,
        path(args.originals),
        args.title,
        args.subtitle,
        tuple(args.host),
        path(args.foreword),
        path(args.notes),
        args.licence,
        date.today().isoformat(),
        _words(args.only),
        tuple(map(int, numbers)),
        args.order,
        kinds,
        args.jobs,
    )
    started = time.monotonic()
    with shown.Bars(args.quiet or args.json) as bars:
        made = collecting.collect(wanted, bars.step, language())
    if args.json:
        left = [{"case": one.case, "sentence": sentence(one.reason, one.values, language())} for one in made.omissions]
        shown.as_json({"files": [str(file) for file in made.paths], "cases": made.cases, "pictures": made.pictures, "tables": made.tables, "left": left})
    elif not args.quiet:
        _tell(made, time.monotonic() - started)
    return 1 if made.omissions else 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


def _tell(made: collecting.Made, seconds: float) -> None:
    print(_("收录案例 {cases} 个，图片 {pictures} 幅，表格 {tables} 个，用时 {seconds} 秒。").format(cases=made.cases, pictures=made.pictures, tables=made.tables, seconds=f"{seconds:.1f}"))
    for one in made.omissions[:_SHOWN]:
        print("  " + _("案例{number}：{sentence}").format(number=one.case, sentence=sentence(one.reason, one.values, language())))
    if len(made.omissions) > _SHOWN:
        print("  " + _("另有 {count} 处，见 collection-left.csv。").format(count=len(made.omissions) - _SHOWN))
    for file in made.paths:
        print(file)
