"""`zhengping scrutinise`: words on the command line -> alerts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import path, rate
from zhengping.cli.words import _, language
from zhengping.engine import calibration
from zhengping.engine.folder import calibrating, grids, scrutinising


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("scrutinise", help=_("检查评分中的异常，误报率不超过所定水平"))
    command.add_argument("scores", metavar="SCORES", help=_("评分表（case, judge, score[, criterion, at, begun, comment]，或宽表）"))
    command.add_argument("assignments", metavar="ASSIGNMENTS", help=_("分配表（case, judge）"))
    command.add_argument("--cases", metavar="FILE", help=_("案例表（case, division, unit, type, themes, mark）"))
    command.add_argument("--judges", metavar="FILE", help=_("评委表（judge, division, unit）"))
    command.add_argument("--by", default="province,type", help=_("检查对哪些类别的偏向：province、city、unit、type、theme、mark 或案例表的列名"))
    command.add_argument("--level", type=rate, default=0.05, help=_("允许的误报比例"))
    command.add_argument("--rubric", metavar="FILE", help=_("评分标准（.toml，各评分项的分制和权重）"))
    command.add_argument("--asis", action="store_true", help=_("评委分制看似不同时仍按原分计算"))
    command.add_argument("--out", metavar="DIR", help=_("写入的文件夹（默认在屏幕输出 CSV）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=scrutinise)


def scrutinise(args: argparse.Namespace) -> int:
    """Write the alerts; 1 where there are any, so that somebody looks at them."""
    rubric = calibrating.rubric(Path(args.rubric)) if args.rubric else ()
    by = scrutinising.named(args.by)
    request = scrutinising.Request(Path(args.scores), Path(args.assignments), path(args.cases), path(args.judges), rubric, by)
    found = scrutinising.scrutinise(request, args.level, calibration.Options(as_is=args.asis, language=language()))
    alerts = found.scrutinised.alerts
    if args.out:
        scrutinising.save(Path(args.out), found.scrutinised, language())
    else:
        sys.stdout.write(grids.written(scrutinising.HEAD, scrutinising.rows(alerts, language()), ".csv").decode())
    if not args.quiet:
        shown.told(_("检查结果（提示数 / 检验数）"), scrutinising.summary(found.scrutinised, language()))
        for alert in alerts if args.out else ():
            shown.trouble(scrutinising.finding(alert, language()))
        for sentence in [*calibrating.notes(found.calibrated, language()), *scrutinising.notes(found.scrutinised, language())]:
            shown.trouble(sentence)
        if found.unused:
            shown.trouble(_("未使用的列：{columns}").format(columns="、".join(found.unused)))
    return 1 if alerts else 0
