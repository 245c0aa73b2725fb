"""Measures of one theme -> groups that do the same, each with a heading that is true of all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from zhengping.engine import tables
from zhengping.engine.record import Entry, Measure, Theme
from zhengping.engine.roundup.clauses import VERBS, is_balanced
from zhengping.engine.tables import Aspect

_MOST = 900  # measures of a theme that are compared pair by pair
_DISTANCE = 0.72  # cosine distance below which two groups become one
_SURE = 3.0  # how strongly the words of an aspect must speak for it
_HEADING = re.compile(rf"^(?:{VERBS})[\u4e00-\u9fff、]{{3,16}}$")
_NO_HEADING = re.compile(r"[的地得]$|我|其|该|本[市县区省校院]|某|[省市县区镇乡州]|[一二两三四五六七八九十百千]|^(?:在|为|从|以|对|把|将|由|与|同|让|使|通过|按照|根据|针对|先后|累计|每年|用|请|派|给|到|向|凭|按)")


@dataclass(frozen=True, slots=True)
class Step:
    """A measure with the entry it stands in and how strongly its words speak for its group."""

    entry: Entry
    measure: Measure
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Measures that do the same thing, those that show it best first, with the heading that says what and the words that told it."""

    heading: str
    steps: tuple[Step, ...]
    words: tuple[str, ...] = ()

    @property
    def cases(self) -> tuple[int, ...]:
        """The numbers of its cases, in their order."""
        return tuple(sorted({step.entry.case.number for step in self.steps}))


def group(theme: Theme, entries: Sequence[Entry]) -> tuple[Group, ...]:
    """Group the measures of a theme's entries; the groups with most cases first.

    What cases of a theme usually do stands in the table of aspects (for a theme of the edition's own: in what it lists as belonging to it); a
    measure joins the aspect whose words speak for it most. Measures that no aspect knows are compared with each other and
    grouped where several provinces do the same.
    """
    steps = [Step(e, m) for e in entries for m in e.coding.measures if m.role == "measure" and m.sentence]
    known: dict[str, list[Step]] = {}
    rest: list[Step] = []
    aspects = _aspects(theme)
    for step in steps:
        scored = [(_strength(aspect, step.measure), -place, aspect.heading) for place, aspect in enumerate(aspects)]
        best = max(scored, default=(0.0, 0, ""))
        if best[0] >= _SURE:
            known.setdefault(best[2], []).append(Step(step.entry, step.measure, best[0]))
        else:
            rest.append(step)
    words = {aspect.heading: aspect.words for aspect in aspects}
    found = [Group(heading, _best_first(having), words[heading]) for heading, having in known.items()]
    found += _clusters(rest[:_MOST])
    return tuple(sorted(found, key=lambda g: (-len(g.cases), g.heading)))


def _aspects(theme: Theme) -> tuple[Aspect, ...]:
    default = next((t for t in tables.themes() if t.key == theme.key and t.name == theme.name), None)
    if default:
        return tables.aspects().get(theme.key, ())
    found = []
    for phrase in theme.belongs:
        heading = phrase if re.match(f"(?:{VERBS})", phrase) else f"在{phrase}方面作出探索"
        found.append(Aspect(heading, tuple(word for word in rjieba.cut(phrase) if len(word) > 1) or (phrase,)))
    return tuple(found)


def _strength(aspect: Aspect, measure: Measure) -> float:
    """How strongly a measure's words speak for an aspect: longer words more, words of the heading twice."""
    found = 0.0
    heading, sentence = measure.heading, measure.sentence
    for name in sorted(aspect.names, key=len, reverse=True):
        heading, sentence = heading.replace(name, " "), sentence.replace(name, " ")
    for word in aspect.words:
        where = 2.0 if word in heading else 1.0 if word in sentence else 0.0
        found += where * min(3.0, len(word) * 0.75)
    return found


def _best_first(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The strongest step of each case, strongest first."""
    best: dict[int, Step] = {}
    for step in steps:
        number = step.entry.case.number
        if number not in best or step.strength > best[number].strength:
            best[number] = step
    return tuple(sorted(best.values(), key=lambda s: (-s.strength, s.entry.case.number)))


def _clusters(steps: Sequence[Step]) -> list[Group]:
    """Groups of measures alike in their words (TF-IDF, average linkage: Sokal, Michener 1958) from at least two provinces."""
    if len(steps) < 2:
        return []
    vectors = _vectors([[w for w in rjieba.cut(step.measure.heading + step.measure.sentence[:60]) if len(w) > 1] for step in steps])
    apart = np.clip(1.0 - vectors @ vectors.T, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    labels = fcluster(linkage(squareform(apart, checks=False), "average"), _DISTANCE, "distance")
    found = []
    for label in sorted(set(labels.tolist())):
        places = [at for at, its in enumerate(labels.tolist()) if its == label]
        near = (vectors[places] @ vectors[places].mean(axis=0)).tolist()
        members = _best_first([Step(steps[at].entry, steps[at].measure, value) for at, value in zip(places, near, strict=True)])
        heading = _heading(members)
        if heading and len(members) > 1 and len({step.entry.coding.place.division[:2] for step in members}) > 1:
            found.append(Group(heading, members, tuple(word for word in rjieba.cut(heading) if len(word) > 1)))
    return found


def _vectors(texts: Sequence[Sequence[str]]) -> np.ndarray:
    """TF-IDF rows of length one."""
    having = Counter(word for words in texts for word in set(words))
    columns = {word: place for place, word in enumerate(sorted(having))}
    matrix = np.zeros((len(texts), len(columns) or 1))
    for row, words in enumerate(texts):
        for word in set(words):
            matrix[row, columns[word]] = np.log((1 + len(texts)) / having[word])
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: np.ndarray = matrix / np.where(lengths > 0, lengths, 1.0)
    return scaled


def _heading(steps: Sequence[Step]) -> str:
    """The heading of a member that reads as verb and object and whose words stand in at least half of the members."""
    for step in steps:
        text = step.measure.heading
        words = [word for word in rjieba.cut(text) if len(word) > 1]
        shared = sum(all(word in other.measure.sentence for word in words) for other in steps)
        if _HEADING.match(text) and not _NO_HEADING.search(text) and is_balanced(text) and shared * 2 >= len(steps):
            return text
    return ""
