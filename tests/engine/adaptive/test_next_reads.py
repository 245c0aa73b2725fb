from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine.adaptive import Line, next_reads
from zhengping.engine.record import Estimate, JudgeEstimate

CASES = [Estimate(f"c{at:02}", 90.0 - at, sd=3.0, reads=2) for at in range(30)]
JUDGES = [JudgeEstimate(f"j{at}", 0.0, -1.0, 1.0, 1.0, 6.0, 10) for at in range(9)]


def test_reads_go_to_the_line():
    found = next_reads(CASES, JUDGES, (), 10, [Line(10)])

    assert {read.case for read in found.reads} <= {f"c{at:02}" for at in range(6, 14)}
    assert found.lines == (80.5,)
    assert [read.gain for read in found.reads] == sorted((read.gain for read in found.reads), reverse=True)


def test_weights_draw_reads_to_their_line():
    found = next_reads(CASES, JUDGES, (), 10, [Line(5, 5.0), Line(20, 0.1)])

    assert all(abs(int(read.case[1:]) - 4.5) < 6 for read in found.reads)


@settings(deadline=None)
@given(st.sets(st.tuples(st.integers(0, 29), st.integers(0, 8))), st.integers(0, 200))
def test_no_pair_twice_no_conflict_and_at_most_eight(done, budget):
    read = {(f"c{case:02}", f"j{judge}") for case, judge in done}

    found = next_reads(CASES, JUDGES, read, budget, [Line(10)], may=lambda case, judge: judge != "j0")

    pairs = [(one.case, one.judge) for one in found.reads]
    assert len(set(pairs)) == len(pairs) <= budget
    assert not set(pairs) & read
    assert all(judge != "j0" for _, judge in pairs)
    assert max((sum(case == name for name, _ in pairs) for case, _ in pairs), default=0) <= 6


def test_it_says_when_reading_is_no_longer_worth_it():
    sure = [Estimate(row.case, row.estimate, sd=0.05, reads=2) for row in CASES]

    found = next_reads(sure, JUDGES, (), 10, [Line(10)])

    assert found.reads == ()
    assert found.is_enough


def test_it_says_when_nobody_is_left():
    assert next_reads(CASES, JUDGES, (), 10, [Line(10)], may=lambda case, judge: False).is_blocked


@pytest.mark.parametrize("count", [0, 30, 99])
def test_a_line_with_nobody_on_one_side_needs_no_read(count):
    assert next_reads(CASES, JUDGES, (), 10, [Line(count)]).reads == ()


def test_a_judge_whose_marks_say_nothing_is_left_out():
    lazy = [*JUDGES[:8], JudgeEstimate("j8", 0.0, -1.0, 1.0, 0.0, 1.0, 0)]

    assert all(read.judge != "j8" for read in next_reads(CASES, lazy, (), 40, [Line(10)]).reads)


def test_reads_are_spread_over_near_cases_before_one_gets_several():
    near = [Estimate(row.case, 80.0 - at / 5, sd=3.0, reads=2) for at, row in enumerate(CASES)]
    counts = Counter(read.case for read in next_reads(near, JUDGES, (), 20, [Line(10)]).reads)
    alone = Counter(read.case for read in next_reads(CASES[:2], JUDGES, (), 12, [Line(1)], least=0.0).reads)

    assert max(counts.values()) <= 2
    assert len(counts) >= 15
    assert set(alone.values()) == {6}
