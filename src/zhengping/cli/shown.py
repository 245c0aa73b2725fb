"""Progress bars and tables for people on standard error and output; nothing when --quiet, JSON when --json."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from zhengping.cli.words import _


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if not speed or (task.total or 0) < 3 else f"{speed:,.0f}/s")


class Bars:
    """One bar for each stage with rate and time left; a context manager whose `step` the engine calls."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._tasks: dict[str, Any] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(compact=True))
        self._progress = Progress(*columns, console=Console(stderr=True), disable=quiet, transient=False)

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._progress.stop()

    def step(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done in a stage."""
        if self._quiet:
            return
        names = {
            "walk": _("清点来件"),
            "read": _("读取来件"),
            "draft": _("整理案例"),
            "check": _("编码校对"),
            "compare": _("比对查重"),
            "write": _("写出结果"),
            "sample": _("生成样例"),
            "optimum": _("求最优分配"),
            "weights": _("试算下限"),
            "floor": _("提高下限"),
            "choose": _("求最优入选"),
            "reasons": _("说明理由"),
            "stability": _("模拟稳定性"),
            "calibrate": _("校准和检查"),
            "mark": _("各地筛选"),
            "judge": _("评委评分"),
            "decide": _("提出获奖方案"),
            "certify": _("签发证书"),
        }
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(names.get(stage, stage), total=total or 1)
        self._progress.update(self._tasks[stage], completed=done if total else 1, total=total or 1)


def table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """A table of two columns on standard output."""
    Console().print(_two_columns(title, rows))


def told(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """A table of two columns on standard error, where standard output holds rows for another program."""
    Console(stderr=True).print(_two_columns(title, rows))


def _two_columns(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    found = Table(title=title, show_header=False, title_justify="left")
    found.add_column()
    found.add_column(justify="left", overflow="fold")
    for row in rows:
        found.add_row(*row)
    return found


def as_json(value: object) -> None:
    """A value as one line of JSON on standard output."""
    sys.stdout.write(msgspec.json.encode(value, order="deterministic").decode() + "\n")


def trouble(sentence: str) -> None:
    """A sentence for people on standard error."""
    Console(stderr=True, highlight=False).print(sentence, style="bold red", markup=False, soft_wrap=True)
