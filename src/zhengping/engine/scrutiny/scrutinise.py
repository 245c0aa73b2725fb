"""Reads × calibrated judges × groups of cases -> alerts at a stated rate of false ones, and what was tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zhengping.engine.record import Alert, JudgeEstimate
from zhengping.engine.scrutiny import copies, favour, shape
from zhengping.engine.scrutiny.rates import q_values
from zhengping.engine.scrutiny.reads import Floats, Ints, Others, Panel, Reads, codes, others, panel

Note = tuple[str, tuple[tuple[str, str], ...]]
_LEAST = {"own-unit": 2, "own-province": 3, "own-region": 3, "group": 5}
_OUTSIDE = 4
_TOLD = 12
KINDS = ("own-unit", "own-province", "own-region", "group", "straight", "turned", "copied", "comments", "drift", "haste")


@dataclass(frozen=True, slots=True)
class Grouping:
    """A column by which cases fall into groups: `of` is the group of each case as people are to read it. With `homes` (a group for each judge) a judge
    is tested for its own group alone, by `kind` "own-province", "own-region" or "own-unit"; without, for every group (`kind` "group")."""

    kind: str
    of: Mapping[str, str] = field(repr=False)
    homes: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Scrutiny:
    """Alerts, the surest first; the tests made of each kind; the level; notes that people must know as keys of the messages."""

    alerts: tuple[Alert, ...]
    tests: tuple[tuple[str, int], ...]
    level: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tests:
    """Tests of one kind: p, and for each what an alert would say, made only when it is one."""

    kind: str
    p: Floats
    effect: Floats
    judges: Sequence[tuple[int, ...]]
    groups: Sequence[str]
    detail: Mapping[str, Sequence[object]]
    cases: Sequence[Ints]


def scrutinise(reads: Reads, judges: Sequence[JudgeEstimate], groupings: Sequence[Grouping] = (), level: float = 0.05) -> Scrutiny:
    """Test every judge, group and pair; -> alerts among which at most the share `level` is expected to be false.

    `judges` are the calibrated judges of all reads. Alerts say that something is unlike the rest, never why; no score is changed.
    """
    of = panel(reads, judges)
    seen = others(of)
    found: list[_Tests] = []
    done: set[tuple[int, str]] = set()
    for grouping in sorted(groupings, key=lambda one: KINDS.index(one.kind)):
        found.append(_grouped(of, grouping, done))
    found += _shapes(of, seen)
    found += [_pairs("copied", of, copies.sheets(of)), *([_pairs("comments", of, copies.comments(of))] if of.comments else [])]
    merged = {kind: np.concatenate([tests.p for tests in found if tests.kind == kind] or [np.zeros(0)]) for kind in KINDS}
    q = q_values(merged)
    alerts: list[Alert] = []
    start = dict.fromkeys(KINDS, 0)
    for tests in found:
        mine = q[tests.kind][start[tests.kind] : start[tests.kind] + len(tests.p)]
        start[tests.kind] += len(tests.p)
        alerts += [_alert(of, tests, int(at), float(mine[at])) for at in np.flatnonzero(mine <= level)]
    alerts.sort(key=lambda one: (one.q, one.p, KINDS.index(one.kind), one.judges, one.group))
    tested = tuple((kind, len(merged[kind])) for kind in KINDS)
    return Scrutiny(tuple(alerts), tested, level, _notes(of, tested))


def _grouped(of: Panel, grouping: Grouping, done: set[tuple[int, str]]) -> _Tests:
    """Favour for a judge's own group or for any group; what was tested as its own is not tested again."""
    names = tuple(sorted(set(filter(None, (grouping.of.get(case, "") for case in of.cases)))))
    group = codes(names, of, grouping.of)
    seen = others(of, group)
    fitted = favour.line(of, seen)
    mine = group[of.case]
    count, least = len(of.judges), _LEAST[grouping.kind]
    if grouping.homes is not None:
        at = {name: code for code, name in enumerate(names)}
        home = np.array([at.get(grouping.homes.get(name, ""), -2) for name in of.judges], np.int64)
        size, key, member = count, of.judge, mine == home[of.judge]
        owner, whose = np.arange(count), home
    else:
        size, key, member = count * max(len(names), 1), of.judge * max(len(names), 1) + np.maximum(mine, 0), mine >= 0
        owner, whose = np.arange(size) // max(len(names), 1), np.arange(size) % max(len(names), 1)
    found = favour.effects(of, fitted, seen, key, size, owner, member)
    tested = np.flatnonzero((found.reads >= least) & (of.loads[owner] - found.reads >= _OUTSIDE) & (found.p < 1))
    tested = np.array([at for at in tested.tolist() if (int(owner[at]), names[whose[at]]) not in done], np.int64)
    if grouping.kind != "own-unit":
        done |= {(int(owner[at]), names[whose[at]]) for at in tested.tolist()}
    if grouping.kind == "own-province":
        done |= {(int(owner[at]), "own-region") for at in tested.tolist()}
    if grouping.kind == "own-region":
        tested = np.array([at for at in tested.tolist() if (int(owner[at]), "own-region") not in done], np.int64)
    order = np.argsort(np.where(member, key, size), kind="stable")
    ends = np.searchsorted(key[order][: int(member.sum())], np.arange(size + 1))
    places = [order[ends[at] : ends[at + 1]] for at in tested.tolist()]
    detail: dict[str, Sequence[object]] = {
        "reads": [int(found.reads[at]) for at in tested.tolist()],
        "mean": [f"{float(of.value[rows].mean()):.1f}" for rows in places],
        "expected": [f"{float(of.value[rows].mean()) - float(found.effect[at]):.1f}" for rows, at in zip(places, tested.tolist(), strict=True)],
    }
    return _Tests(
        grouping.kind,
        found.p[tested],
        found.effect[tested],
        [(int(owner[at]),) for at in tested.tolist()],
        [names[whose[at]] for at in tested.tolist()],
        detail,
        [of.case[rows] for rows in places],
    )


def _shapes(of: Panel, seen: Others) -> list[_Tests]:
    """Straight lines, turned scales, drift and haste: one test a judge."""
    ends = np.searchsorted(of.judge, np.arange(len(of.judges) + 1))
    sheet = [of.case[ends[at] : ends[at + 1]] for at in range(len(of.judges))]
    loads = of.loads
    share, flat = shape.straight(of)
    r, back = shape.turned(of, seen, flat)
    found = [_single("straight", of, flat, share, loads, sheet, {}), _single("turned", of, back, r, loads, sheet, {"usual": f"{_usual(r, loads):.2f}"})]
    position = _positions(of)
    if np.isfinite(position).any():
        effect, p = favour.drift(of, favour.line(of, seen), position)
        found.append(_single("drift", of, p, effect, loads, sheet, {}))
    spent = shape.durations(of)
    if np.isfinite(spent).any():
        middle, quick, p = shape.haste(of, spent)
        seconds = [f"{float(value) / 60:.1f}" if np.isfinite(value) else "-" for value in middle]
        usual = float(np.nanmedian(middle)) / 60
        found.append(_single("haste", of, p, quick, loads, sheet, {"usual": f"{usual:.1f}"}, seconds))
    return found


def _usual(r: Floats, loads: Ints) -> float:
    enough = loads >= shape.LEAST
    return float(np.median(r[enough])) if enough.any() else 0.0


def _single(
    kind: str, of: Panel, p: Floats, effect: Floats, loads: Ints, sheet: Sequence[Ints], values: Mapping[str, str], measured: Sequence[str] = ()
) -> _Tests:
    tested = np.flatnonzero(np.isfinite(p)).tolist()
    detail: dict[str, Sequence[object]] = {name: [word] * len(tested) for name, word in values.items()}
    detail["reads"] = [int(loads[at]) for at in tested]
    if measured:
        detail["mean"] = [measured[at] for at in tested]
    return _Tests(kind, p[tested], effect[tested], [(at,) for at in tested], [""] * len(tested), detail, [sheet[at] for at in tested])


def _positions(of: Panel) -> Floats:
    """Where each read stands in its judge's sitting by its order, from -0.5 to 0.5; equal times share their place."""
    found = np.full(len(of.judge), np.nan)
    known = np.flatnonzero(np.isfinite(of.order))
    ends = np.searchsorted(of.judge[known], np.arange(len(of.judges) + 1))
    for at in range(len(of.judges)):
        rows = known[ends[at] : ends[at + 1]]
        times, place, many = np.unique(of.order[rows], return_inverse=True, return_counts=True)
        if len(times) > 2:
            middle = np.cumsum(many) - (many + 1) / 2
            found[rows] = middle[place] / (len(rows) - 1) - 0.5
    return found


def _pairs(kind: str, of: Panel, pairs: copies.Pairs) -> _Tests:
    detail = {
        "shared": pairs.shared.tolist(),
        "equal": pairs.equal.tolist(),
        "expected": [f"{value:.1f}" for value in pairs.expected.tolist()],
    }
    both = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    return _Tests(kind, pairs.p, pairs.equal / np.maximum(pairs.shared, 1), both, [""] * len(both), detail, pairs.places)


def _alert(of: Panel, tests: _Tests, at: int, q: float) -> Alert:
    judges = tuple(of.judges[one] for one in tests.judges[at])
    cases = tuple(of.cases[one] for one in sorted(set(tests.cases[at].tolist())))
    effect, p = float(tests.effect[at]), float(tests.p[at])
    values = {
        "judge": judges[0],
        "other": judges[-1],
        "group": tests.groups[at],
        "cases": "、".join(cases[:_TOLD]) + ("…" if len(cases) > _TOLD else ""),
        "effect": f"{effect:+.1f}" if tests.kind == "drift" else f"{effect:.1f}",
        "share": f"{effect:.0%}",
        "ratio": f"{effect:.2f}",
        "p": f"= {p:.2g}" if p >= 1e-4 else "< 0.0001",
        "q": f"{q:.2g}",
    } | {name: str(column[at]) for name, column in tests.detail.items()}
    return Alert(tests.kind, judges, cases, tests.groups[at], round(effect, 4), p, q, tuple(sorted(values.items())))


def _notes(of: Panel, tested: Sequence[tuple[str, int]]) -> tuple[Note, ...]:
    notes: list[Note] = [("scrutiny-league", ())]
    absent = tuple(kind for kind, count in tested if not count)
    if absent:
        notes.append(("scrutiny-untested", (("kinds", ",".join(absent)),)))
    few = int((of.loads < shape.LEAST).sum())
    if few:
        notes.append(("scrutiny-few", (("count", str(few)), ("least", str(shape.LEAST)))))
    return tuple(notes)
