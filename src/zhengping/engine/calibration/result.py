"""What calibration finds."""

from __future__ import annotations

from dataclasses import dataclass

from zhengping.engine.record import Estimate, JudgeEstimate

Note = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Beside:
    """The other rules for a case: z-score, mixed model, the reading in which all islands are equally strong, the mix with a public vote (None
    without one), and the estimate for each criterion in the order of the rubric (None where the case has no mark)."""

    z_score: float
    mixed: float
    even: float
    island: int
    voted: float | None = None
    criteria: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far judges agree: ICC of one read and of the mean of k, Krippendorff's alpha (None where it cannot be told), shares of variance."""

    scores: int
    cases: int
    judges: int
    reads: float
    icc_one: float | None
    icc_mean: float | None
    alpha: float | None
    case_share: float
    judge_share: float
    rest_share: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Estimates in the order of the ranks, `beside` in the same order; judges by name; notes that people must know as keys of the messages."""

    estimates: tuple[Estimate, ...]
    beside: tuple[Beside, ...]
    judges: tuple[JudgeEstimate, ...]
    agreement: Agreement
    criteria: tuple[str, ...] = ()
    islands: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Note, ...] = ()
    heavy: bool = False
