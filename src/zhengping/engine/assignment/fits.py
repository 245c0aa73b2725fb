"""Themes and words of cases and judges -> how well each judge fits each case, and the two parts of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhengping.engine.assignment.task import Fits, bare
from zhengping.engine.record import Candidate, Judge

_RANK = (1.0, 0.85, 0.7, 0.6)  # the weight of the first, second … theme; later ones count as the last
_OTHER = 0.15  # expertise in a theme that the judge does not name
_WORDS = 0.3  # how much words in common add to the expertise


def fits(cases: Sequence[Candidate], judges: Sequence[Judge]) -> tuple[Fits, Fits, Fits]:
    """Fit, its theme part and its words part, each cases x judges between 0 and 1.

    fit = expertise x (0.7 + 0.3 x words in common). Expertise is the best product of the places that a theme has in both lists (first 1, second
    0.85, third 0.7, later 0.6; 0.15 for a theme the judge does not name). Words in common: the share of the case's words, each weighted by how few
    cases have it, that the judge declares. A part that one of the sides does not state at all counts as 1.
    """
    theme, words = _expertise(cases, judges), _common(cases, judges)
    return (theme * (1 - _WORDS + _WORDS * words)).astype(np.float32), theme, words


def _weights(lists: Sequence[Sequence[str]], known: dict[str, int]) -> Fits:
    found = np.zeros((len(lists), len(known)), np.float32)
    for at, names in enumerate(lists):
        for rank, name in reversed(list(enumerate(names))):
            found[at, known[bare(name)]] = _RANK[min(rank, len(_RANK) - 1)]
    return found


def _expertise(cases: Sequence[Candidate], judges: Sequence[Judge]) -> Fits:
    wanted, offered = [case.themes for case in cases], [judge.themes for judge in judges]
    if not any(wanted) or not any(offered):
        return np.ones((len(cases), len(judges)), np.float32)
    known = {name: at for at, name in enumerate(sorted({bare(name) for names in (*wanted, *offered) for name in names}))}
    left, right = _weights(wanted, known), _weights(offered, known)
    found = np.full((len(cases), len(judges)), _OTHER, np.float32)
    for column in range(len(known)):
        if left[:, column].any() and right[:, column].any():
            np.maximum(found, left[:, column, None] * right[None, :, column], out=found)
    found[[not names for names in wanted]] = 1.0  # nothing is known against any judge
    return found


def _common(cases: Sequence[Candidate], judges: Sequence[Judge]) -> Fits:
    wanted, offered = [{bare(word) for word in case.words} for case in cases], [{bare(word) for word in judge.words} for judge in judges]
    if not any(wanted) or not any(offered):
        return np.ones((len(cases), len(judges)), np.float32)
    having: dict[str, list[int]] = {}
    for at, words in enumerate(wanted):
        for word in sorted(words):
            having.setdefault(word, []).append(at)
    found, whole = np.zeros((len(cases), len(judges)), np.float32), np.zeros(len(cases), np.float32)
    for word in sorted(having):
        rare = np.float32(np.log(1 + len(cases) / len(having[word])))
        whole[having[word]] += rare
        who = [at for at, words in enumerate(offered) if word in words]
        if who:
            found[np.ix_(having[word], who)] += rare
    return np.divide(found, whole[:, None], out=np.ones_like(found), where=whole[:, None] > 0)
