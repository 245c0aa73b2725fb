"""`zhengping calibrate` and `next-reads`: words on the command line -> estimates, and where further reads help most."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import positive, share
from zhengping.cli.words import _, language
from zhengping.engine import calibration
from zhengping.engine.folder import calibrating, grids


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("calibrate", help=_("校准评分，扣除评委宽严"))
    command.add_argument("scores", metavar="SCORES", help=_("评分表（case, judge, score[, criterion]，或每个评委一列的宽表）"))
    command.add_argument("--rubric", metavar="FILE", help=_("评分标准（.toml，各评分项的分制和权重）"))
    command.add_argument("--public", metavar="FILE", help=_("公众投票表（case, public），另列混合得分"))
    command.add_argument("--share", type=share, default=0.3, help=_("公众投票所占比例"))
    command.add_argument("--asis", action="store_true", help=_("评委分制看似不同时仍按原分计算"))
    command.add_argument("--out", metavar="DIR", help=_("写入的文件夹（默认评分表所在文件夹）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=calibrate)
    command = add("next-reads", help=_("找出最值得补充的评阅"))
    command.add_argument("scores", metavar="SCORES", help=_("评分表（case, judge, score[, criterion]，或每个评委一列的宽表）"))
    command.add_argument("--budget", type=positive, required=True, help=_("可补充的评阅数"))
    command.add_argument("--awards", default="10%", help=_("授奖线，如 5%%,10%%:0.5（比例或数量，冒号后为权重）"))
    command.add_argument("--judges", metavar="FILE", help=_("可评阅的评委表（judge, division, unit, most, away）"))
    command.add_argument("--cases", metavar="FILE", help=_("案例表（case, division, unit），用于回避"))
    command.add_argument("--conflicts", metavar="FILE", help=_("申报回避表（case, judge）"))
    command.add_argument("--own", choices=("province", "city", "none"), default="province", help=_("评委不评本省或本市的案例"))
    command.add_argument("--most", type=positive, default=8, help=_("每个案例最多评阅数"))
    command.add_argument("--rubric", metavar="FILE", help=_("评分标准（.toml，各评分项的分制和权重）"))
    command.add_argument("--asis", action="store_true", help=_("评委分制看似不同时仍按原分计算"))
    command.add_argument("--out", metavar="FILE", help=_("写入的表格（.csv .xlsx .jsonl，默认在屏幕输出 CSV）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=next_reads)


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


def next_reads(args: argparse.Namespace) -> int:
    """Write the further reads, the most worth first."""
    rubric = calibrating.rubric(Path(args.rubric)) if args.rubric else ()
    table = calibrating.read(Path(args.scores), rubric)
    judges, cases, conflicts = (Path(word) if word else None for word in (args.judges, args.cases, args.conflicts))
    options = calibration.Options(as_is=args.asis, language=language())
    found = calibration.calibrate(table.cases, table.judges, table.values, table.criteria, rubric, options)
    reads = calibrating.further(table, found, args.budget, args.awards, calibrating.Readers(judges, cases, conflicts, args.own), args.most)
    if args.out:
        grids.save(Path(args.out), calibrating.NEXT, calibrating.next_rows(reads))
    else:
        sys.stdout.write(grids.written(calibrating.NEXT, calibrating.next_rows(reads), ".csv").decode())
    if not args.quiet:
        for sentence in [*calibrating.next_notes(reads, args.budget, language()), *calibrating.notes(found, language())]:
            shown.trouble(sentence)
    return 0
