"""How firm awards are, drawn in batches."""

from __future__ import annotations

import pytest

from zhengping.engine.record import Candidate, Estimate
from zhengping.engine.selection import Award, Quota, Rules, firmness, select

RULES = Rules((Award("一等奖", 1), Award("二等奖", 3)), (Quota("most", "province", number=2),))
CASES = [Candidate(str(at), ("320000", "330000", "440000")[at % 3]) for at in range(12)]


def estimates(sd: float | None = 3.0) -> list[Estimate]:
    """Twelve cases, a point apart."""
    return [Estimate(str(at), 90.0 - at, rank=at + 1, reads=3, sd=sd) for at in range(12)]


def test_it_tells_what_a_selection_with_draws_tells():
    chosen = select(estimates(), CASES, RULES, draws=20, seed=7)
    awards = {row.case: row.award for row in chosen.choices}

    found = firmness(estimates(), CASES, RULES, awards, draws=20, seed=7)

    assert found == {row.case: (row.stability, row.chance) for row in chosen.choices}


def test_without_uncertainty_nothing_is_told():
    assert firmness(estimates(None), CASES, RULES, {}, draws=5, seed=1) is None


def test_each_judging_gives_all_awards():
    found = firmness(estimates(), CASES, RULES, {}, draws=8, seed=3)

    assert sum(chance for _same, chance in found.values()) == pytest.approx(4)
