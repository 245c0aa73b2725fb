"""`zhengping calibrate` and `next-reads`: words on the command line -> estimates, and where further reads help most."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.words import _, language
from zhengping.engine import calibration
from zhengping.engine.folder import calibrating


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("calibrate", help=_("校准评分，扣除评委宽严"))
    command.add_argument("scores", metavar="SCORES", help=_("评分表（case, judge, score[, criterion]，或每个评委一列的宽表）"))
    command.add_argument("--rubric", metavar="FILE", help=_("评分标准（.toml，各评分项的分制和权重）"))
    command.add_argument("--public", metavar="FILE", help=_("公众投票表（case, public），另列混合得分"))
    command.add_argument("--share", type=_share, default=0.3, help=_("公众投票所占比例"))
    command.add_argument("--asis", action="store_true", help=_("评委分制看似不同时仍按原分计算"))
    command.add_argument("--out", metavar="DIR", help=_("写入的文件夹（默认评分表所在文件夹）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=calibrate)


def _share(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(_("应在 0 至 1 之间：{word}").format(word=word))
    return value


def calibrate(args: argparse.Namespace) -> int:
    """Write estimates, judges and agreement; 1 where cases fall into islands, so that somebody looks at it."""
    path = Path(args.scores)
    rubric = calibrating.rubric(Path(args.rubric)) if args.rubric else ()
    table = calibrating.read(path, rubric)
    votes = calibrating.votes(Path(args.public), table.cases) if args.public else None
    options = calibration.Options(as_is=args.asis, votes=votes, share=args.share, language=language())
    found = calibration.calibrate(table.cases, table.judges, table.values, table.criteria, rubric, options)
    calibrating.save(Path(args.out) if args.out else path.parent, found)
    if not args.quiet:
        shown.told(_("校准结果"), calibrating.summary(found, language()))
        for sentence in calibrating.notes(found, language()):
            shown.trouble(sentence)
        if table.unused:
            shown.trouble(_("未使用的列：{columns}").format(columns="、".join(table.unused)))
    return 1 if found.islands else 0
