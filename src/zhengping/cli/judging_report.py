"""`zhengping judging-report`: words on the command line -> the report on the judging."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import path, positive, rate
from zhengping.cli.words import _, language
from zhengping.engine.folder import calibrating, judging_report, scrutinising


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("judging-report", help=_("生成评审情况报告（.html 和 .pdf）"))
    command.add_argument("scores", metavar="SCORES", help=_("评分表（case, judge, score[, criterion, at, begun, comment]，或宽表）"))
    command.add_argument("assignments", nargs="?", metavar="ASSIGNMENTS", help=_("分配表（case, judge[, fit]）"))
    command.add_argument("--cases", metavar="FILE", help=_("案例表（case, division, unit, type, themes, mark）"))
    command.add_argument("--judges", metavar="FILE", help=_("评委表（judge, division, unit）"))
    command.add_argument("--rules", metavar="RULES.toml", help=_("评选规则（TOML），代替 --awards"))
    command.add_argument("--awards", default="10%", help=_("授奖线，如 5%%,10%%（比例或数量）"))
    command.add_argument("--by", default="province,type", help=_("检查对哪些类别的偏向：province、city、unit、type、theme、mark 或案例表的列名"))
    command.add_argument("--level", type=rate, default=0.05, help=_("允许的误报比例"))
    command.add_argument("--rubric", metavar="FILE", help=_("评分标准（.toml，各评分项的分制和权重）"))
    command.add_argument("--asis", action="store_true", help=_("评委分制看似不同时仍按原分计算"))
    command.add_argument("--draws", type=positive, default=200, help=_("模拟重评的次数，用于稳定性"))
    command.add_argument("--out", metavar="DIR", help=_("写入的文件夹（默认评分表所在文件夹）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=report)


def report(args: argparse.Namespace) -> int:
    """Write both files; 1 where the box says that something should be looked at."""
    rubric = calibrating.rubric(Path(args.rubric)) if args.rubric else ()
    files = scrutinising.Request(Path(args.scores), path(args.assignments), path(args.cases), path(args.judges), rubric, scrutinising.named(args.by))
    request = judging_report.Request(files, args.awards, path(args.rules), args.level, args.asis, args.draws)
    with shown.Bars(args.quiet) as bars:
        made, unused = judging_report.report(request, language(), bars.step)
    judging_report.save(Path(args.out) if args.out else files.scores.parent, made)
    box = judging_report.box(made)
    if not args.quiet:
        shown.told(box.title, judging_report.told(box))
        if unused:
            shown.trouble(_("未使用的列：{columns}").format(columns="、".join(unused)))
    return 0 if box.tone == "+" else 1
