"""What assignment is asked and what it answers: rules, plan, loads."""

from __future__ import annotations

from dataclasses import dataclass

from zhengping.engine.record import Assignment

SCALE = 1_000_000  # fits are whole millionths inside, so that sums are exact


@dataclass(frozen=True, slots=True)
class Rules:
    """How cases are given to judges.

    `reads` judges read each case. `own` is "province", "city" or "none": whose cases a judge must not read; `own_unit` keeps judges from cases of
    their unit. `spread`: the judges of one case come from different provinces (None: where judges have divisions). Judges without bounds of their
    own read between `least_share` and `most_share` of the mean load. `floor` is the mean fit that the worst-off case must have (None: found).
    `panels`: cases are read in the panel of their main theme, and the share `links` of them once in another panel. `fixed` and `forbidden` are
    pairs (case, judge) set by hand.
    """

    reads: int = 3
    own: str = "province"
    own_unit: bool = True
    spread: bool | None = None
    least_share: float = 0.8
    most_share: float = 1.1
    floor: float | None = None
    panels: bool = False
    links: float = 0.3
    fixed: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What a judge reads: how many cases (of them `kept`), the bounds, the mean fit, and how well the judge's severity can be told.

    `variance` is the mean variance of the difference of this judge's severity to another's, against a balanced design of the same size (1 is
    ideal; None where some judge cannot be compared at all).
    """

    judge: str
    reads: int
    least: int
    most: int
    kept: int
    fit: float
    variance: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who reads what, in order of cases and judges, and how good that is.

    `floor` is the mean fit of the worst-off case, `worst` its name; `optimum` the sum of fit that no assignment within the bounds and rules can exceed
    when the worst-off case is not looked after. `parts` are theme and words of each pair's fit, in the order of `assignments` (empty where the fit
    was given). `islands` are groups of judges who share no case with the others; `barred` counts pairs that a rule keeps apart; `notes` are keys
    and values of sentences.
    """

    assignments: tuple[Assignment, ...]
    total: float
    optimum: float
    floor: float
    worst: str
    loads: tuple[Load, ...]
    islands: tuple[tuple[str, ...], ...]
    barred: tuple[tuple[str, int], ...]
    parts: tuple[tuple[float, float], ...] = ()
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
