"""`zhengping select` and `compare-rules`: words on the command line -> awards with their reasons."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.words import _, language
from zhengping.engine import selection
from zhengping.engine.folder import grids, selecting


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
    command = add("select", help=_("按规则评出奖项并说明理由"))
    command.add_argument("estimates", metavar="ESTIMATES", help=_("校准分表（case, estimate, low, high, sd …）"))
    command.add_argument("rules", metavar="RULES.toml", help=_("评选规则（TOML）"))
    _common(command)
    command.add_argument("--draws", type=_whole, default=200, help=_("模拟重评的次数，用于稳定性；0 为不模拟"))
    command.add_argument("--seed", type=int, default=0, help=_("随机种子；同一种子结果相同"))
    command.set_defaults(run=select)
    command = add("compare-rules", help=_("比较两套评选规则：谁入选、谁落选、为什么"))
    command.add_argument("estimates", metavar="ESTIMATES", help=_("校准分表（case, estimate, low, high, sd …）"))
    command.add_argument("first", metavar="A.toml", help=_("原规则"))
    command.add_argument("second", metavar="B.toml", help=_("新规则"))
    _common(command)
    command.set_defaults(run=compare)


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", metavar="FILE", help=_("案例表（case, division, unit, type, themes, mark）"))
    command.add_argument("--out", metavar="FILE", help=_("写入的表格（.csv .xlsx .jsonl，默认在屏幕输出 CSV）"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))


def _whole(word: str) -> int:
    if not word.isdigit():
        raise argparse.ArgumentTypeError(_("应为非负整数：{word}").format(word=word))
    return int(word)


def _written(args: argparse.Namespace, head: tuple[str, ...], rows: list[selecting.Cells]) -> None:
    if args.out:
        grids.save(Path(args.out), head, rows)
    else:
        sys.stdout.write(grids.written(head, rows, ".csv").decode())


def _read(args: argparse.Namespace) -> selecting.Estimates:
    having = selecting.estimates(Path(args.estimates), Path(args.cases) if args.cases else None)
    if having.unused and not args.quiet:
        shown.trouble(_("未使用的列：{columns}").format(columns="、".join(having.unused)))
    return having


def select(args: argparse.Namespace) -> int:
    """Write the choices; 1 where a vote is still needed."""
    having = _read(args)
    rules = selecting.rules(Path(args.rules), having)
    with shown.Bars(args.quiet) as bars:
        found = selection.select(having.estimates, having.candidates, rules, language=language(), draws=args.draws, seed=args.seed, tick=bars.step)
    _written(args, selecting.HEAD, selecting.rows(found))
    open_votes = sum(choice.is_open for choice in found.choices)
    if not args.quiet:
        given = Counter(choice.award for choice in found.choices if choice.award)
        shown.told(_("评选结果"), [(name, str(count)) for name, count in given.items()])
        for name, count in found.empty:
            shown.trouble(_("{name}空缺{count}个。").format(name=name, count=count))
        if args.draws and any(choice.stability is None for choice in found.choices):
            shown.trouble(_("表中没有 sd 或 low、high 列，稳定性未知。"))
        if open_votes:
            shown.trouble(_("{count}个案例在线上同分，须表决。").format(count=open_votes))
    return 1 if open_votes else 0


def compare(args: argparse.Namespace) -> int:
    """Write who comes in, goes out or moves."""
    having = _read(args)
    first, second = (selecting.rules(Path(name), having) for name in (args.first, args.second))
    changes = selection.compare(having.estimates, having.candidates, first, second, language=language())
    _written(args, selecting.CHANGES, selecting.changed(changes))
    if not args.quiet:
        sides = [sum(not change.before for change in changes), sum(not change.after for change in changes)]
        moved = len(changes) - sum(sides)
        shown.told(_("规则比较"), [(_("新入选"), str(sides[0])), (_("落选"), str(sides[1])), (_("奖项变动"), str(moved))])
    return 0
