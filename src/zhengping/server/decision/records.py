"""Rows -> what the engine selects from, and back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from zhengping.engine import calibration, record, selection
from zhengping.server.decision.models import Row
from zhengping.server.submission.models import Submission

NORMAL = 1.6448536269514722  # a 90 % interval is twice this many standard deviations wide


def rules_of(values: Mapping[str, Any]) -> selection.Rules:
    """The engine's rules of a setting or of a proposal's frozen ones."""
    awards = tuple(selection.Award(row["name"], row["number"], row.get("level")) for row in values["awards"])
    quotas = tuple(selection.Quota(row["kind"], row["by"], row["number"], None, row.get("award", ""), tuple(row.get("of", ()))) for row in values["quotas"])
    return selection.Rules(awards, quotas, ties=("vote",), reserve=values["reserve"])


def candidates(cases: Iterable[Submission], marks: Mapping[int, str], themes: Mapping[str, str]) -> list[record.Candidate]:
    """Cases as rules speak of them; `themes` are the names of the edition's themes by their keys."""
    return [record.Candidate(str(c.number), c.division, c.unit, (themes.get(c.theme, c.theme),) if c.theme else (), (), c.unit_type, marks.get(c.pk, "")) for c in cases]


def on(basis: str, estimates: Iterable[record.Estimate]) -> list[record.Estimate]:
    """Estimates for a basis: calibrated as they are, or a mean in their place.

    A mean misses the quality that the calibration estimates by its own uncertainty and by what the judges' severity left in it: its variance is
    that of the estimate and the mean square of the differences between both.
    """
    if basis == "calibrated":
        return list(estimates)
    values = [(row, row.mean if basis == "mean" or row.trimmed is None else row.trimmed) for row in estimates]
    known = sorted(((row, float(value)) for row, value in values if value is not None), key=lambda pair: -pair[1])
    left = sum((value - row.estimate) ** 2 for row, value in known) / max(1, len(known))
    made = []
    for at, (row, value) in enumerate(known, 1):
        sd = None if row.sd is None else math.sqrt(row.sd**2 + left)
        low, high = (None, None) if sd is None else (value - NORMAL * sd, value + NORMAL * sd)
        made.append(record.Estimate(row.case, value, low, high, at, mean=row.mean, trimmed=row.trimmed, reads=row.reads, sd=sd))
    return made


def with_votes(rules: Mapping[str, Any], estimates: Iterable[record.Estimate], votes: Mapping[str, int], scaled: Mapping[str, float]) -> list[record.Estimate]:
    """Estimates with the public vote as the rules count it; a case that did not stand (not in `votes`) keeps its own.

    "share": (1 - w) of the estimate and w of the votes on the scale of the marks (`scaled`), so that the interval shifts and is (1 - w) times as wide; "points":
    so many points a vote, at most the ceiling, added to estimate and interval. The votes are counted, not sampled: they bring no uncertainty of their own.
    """
    if rules.get("public", "off") == "off":
        return list(estimates)
    weight = float(rules["public_weight"]) if rules["public"] == "share" else 0.0
    found = []
    for row in estimates:
        if row.case not in votes:
            found.append((row, 1.0, 0.0))
        elif rules["public"] == "share":
            found.append((row, 1 - weight, weight * scaled[row.case]))
        else:
            found.append((row, 1.0, min(float(rules["ceiling"]), float(rules["points"]) * votes[row.case])))
    found.sort(key=lambda one: -(one[0].estimate * one[1] + one[2]))
    return [_shifted(row, times, more, at) for at, (row, times, more) in enumerate(found, 1)]


def _shifted(row: record.Estimate, times: float, more: float, rank: int) -> record.Estimate:
    value, low, high = (None if one is None else one * times + more for one in (row.estimate, row.low, row.high))
    return record.Estimate(
        row.case, float(value or 0.0), low, high, rank, mean=row.mean, trimmed=row.trimmed, reads=row.reads, sd=None if row.sd is None else row.sd * times
    )


def scaled(estimates: Iterable[record.Estimate], votes: Mapping[str, int]) -> dict[str, float]:
    """The votes of the cases that stood, on the scale of their mean marks (calibration.scaled_votes)."""
    rows = [row for row in estimates if row.case in votes]
    means = [float(row.estimate if row.mean is None else row.mean) for row in rows]
    return dict(zip((row.case for row in rows), calibration.scaled_votes(means, [votes[row.case] for row in rows]), strict=True))


def votes_hash(votes: Mapping[str, int]) -> str:
    """The sha256 of the votes by case."""
    return hashlib.sha256(json.dumps(sorted(votes.items()), separators=(",", ":")).encode()).hexdigest()


def own(row: Row) -> record.Estimate:
    """The estimate that a proposal chose by."""
    return record.Estimate(str(row.submission.number), row.estimate, row.low, row.high, row.rank, mean=row.mean, trimmed=row.trimmed, reads=row.reads, sd=row.sd)


def estimate_of(row: Row, basis: str, *, is_voted: bool = False) -> record.Estimate:
    """The estimate that a proposal froze, on another basis. The interval of one that the public vote moved (`is_voted`) is not that of the judges alone, and left out."""
    value = {"calibrated": row.calibrated, "mean": row.mean, "trimmed": row.trimmed}[basis]
    whole = basis == "calibrated" and not is_voted
    return record.Estimate(
        str(row.submission.number), float(value if value is not None else row.estimate), row.low if whole else None, row.high if whole else None, row.rank,
        mean=row.mean, trimmed=row.trimmed, reads=row.reads, sd=row.sd if whole else None,
    )  # fmt: skip


def sums_in(kept: bytes, count: int) -> np.ndarray:
    """The sums of repeated judgings so far, a row a case: how often the same award, how often truly among the awarded."""
    return np.frombuffer(bytes(kept), np.float64).reshape(count, 2).copy() if kept else np.zeros((count, 2))


def sums_of(firm: Iterable[tuple[float, float]], draws: int) -> np.ndarray:
    """Shares of so many judgings as sums."""
    return np.round(np.array(list(firm)).reshape(-1, 2) * draws)


def hashed(rows: Iterable[tuple[int, str, int]]) -> str:
    """The sha256 of a list of (case number, award, place)."""
    return hashlib.sha256(json.dumps(sorted(map(list, rows)), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def short(rules: dict[str, Any], limits: Iterable[tuple[selection.Limit, int]], language: str) -> list[str]:
    """Each at-least quota that a list misses, with what the list has and what lacks."""
    held = rules_of(rules)
    return [_("{quota}：名单中有 {count} 个，差 {lack} 个。").format(quota=selection.said(limit, held, language), count=count, lack=limit.amount - count) for limit, count in limits]
