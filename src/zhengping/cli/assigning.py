"""`zhengping assign`: words on the command line -> who reads what."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import path, positive, share
from zhengping.cli.words import _, language
from zhengping.engine import assignment
from zhengping.engine.folder import assigning, grids


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("assign", help=_("给评委分配案例"))
    command.add_argument("cases", metavar="CASES", help=_("案例表（case, division, unit, themes, words）"))
    command.add_argument("judges", metavar="JUDGES", help=_("评委表（judge, division, unit, themes, words, least, most, away）"))
    command.add_argument("--conflicts", metavar="FILE", help=_("申报回避表（case, judge）"))
    command.add_argument("--keep", metavar="FILE", help=_("已开始的评阅（case, judge），予以保留"))
    command.add_argument("--fit", metavar="FILE", help=_("匹配度表（case, judge, fit，0 至 1），代替计算的匹配度"))
    command.add_argument("--fix", metavar="FILE", help=_("手工固定的配对（case, judge）"))
    command.add_argument("--forbid", metavar="FILE", help=_("手工禁止的配对（case, judge）"))
    command.add_argument("--reads", type=positive, default=3, help=_("每个案例的评委数"))
    command.add_argument("--own", choices=("province", "city", "none"), default="province", help=_("评委不评本省或本市的案例"))
    command.add_argument("--spread", choices=("auto", "on", "off"), default="auto", help=_("同一案例的评委来自不同省份（默认评委有省份时）"))
    command.add_argument("--floor", type=share, help=_("每个案例平均匹配度的下限（默认自动确定）"))
    command.add_argument("--panels", action="store_true", help=_("按主题固定评审组"))
    command.add_argument("--links", type=share, default=0.3, help=_("固定分组时跨组共评案例的比例"))
    command.add_argument("--out", metavar="FILE", help=_("写入的表格（.csv .xlsx .jsonl，默认在屏幕输出 CSV）"))
    command.add_argument("--report", metavar="FILE", help=_("写入的报告（.json 或 .html）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=assign)


def assign(args: argparse.Namespace) -> int:
    """Write the plan; 1 where judges fall into islands, so that somebody looks at it."""
    files = (path(args.conflicts), path(args.keep), path(args.fit), path(args.fix), path(args.forbid))
    spread = {"auto": None, "on": True, "off": False}[args.spread]
    rules = assignment.Rules(args.reads, args.own, spread=spread, floor=args.floor, panels=args.panels, links=args.links)
    with shown.Bars(args.quiet) as bars:
        plan, unused = assigning.assign(assigning.Request(Path(args.cases), Path(args.judges), *files), rules, bars.step)
    if args.out:
        grids.save(Path(args.out), assigning.HEAD, assigning.rows(plan))
    else:
        sys.stdout.write(grids.written(assigning.HEAD, assigning.rows(plan), ".csv").decode())
    if args.report:
        assigning.report(Path(args.report), plan, language())
    if not args.quiet:
        shown.told(_("分配结果"), assigning.summary(plan, language()))
        for sentence in assigning.notes(plan, language()):
            shown.trouble(sentence)
        if unused:
            shown.trouble(_("未使用的列：{columns}").format(columns="、".join(unused)))
    return 1 if plan.islands else 0
