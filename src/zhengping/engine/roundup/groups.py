"""Measures of one theme -> groups that do the same, each with a heading taken from its members."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from zhengping.engine.record import Entry, Measure
from zhengping.engine.roundup.clauses import VERBS, is_balanced

_MOST = 900  # measures of a theme that are compared pair by pair
_DISTANCE = 0.82  # cosine distance below which two groups become one
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:省|市|县|区|州|盟|旗|镇|乡|街道)")
_HEADING = re.compile(rf"^(?:{VERBS})[\u4e00-\u9fff、]{{3,20}}$")
_NO_HEADING = re.compile(r"[的地得][^\u4e00-\u9fff]*$|我|其|该|本[市县区省校院]|某|^(?:在|为|从|以|对|把|将|由|与|同|让|使|通过|按照|根据|针对|先后|累计|每年|用|请|派)")


@dataclass(frozen=True, slots=True)
class Step:
    """A measure with the entry it stands in."""

    entry: Entry
    measure: Measure


@dataclass(frozen=True, slots=True)
class Group:
    """Measures that do the same thing, nearest to their common centre first, and the heading that says what."""

    heading: str
    steps: tuple[Step, ...]


def group(entries: Sequence[Entry]) -> tuple[Group, ...]:
    """Group the measures of a theme's entries; largest groups first, counted by provinces, then by cases.

    Character bigram TF-IDF of heading and sentence (places and numbers cut), average linkage with a distance limit (Sokal, Michener 1958).
    A group has at least two cases; its heading is the member nearest to the centre that reads as verb and object without a place.
    """
    steps = [Step(e, m) for e in entries for m in e.coding.measures if m.role == "measure" and m.heading][:_MOST]
    if len(steps) < 2:
        return ()
    vectors = _vectors([_bare(step.measure) for step in steps])
    apart = np.clip(1.0 - vectors @ vectors.T, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    labels = fcluster(linkage(squareform(apart, checks=False), "average"), _DISTANCE, "distance")
    found = []
    for label in sorted(set(labels.tolist())):
        places = np.flatnonzero(labels == label)
        near = vectors[places] @ vectors[places].mean(axis=0)
        order = [places[at] for at in np.argsort(-near, kind="stable")]
        members = tuple(steps[at] for at in order)
        heading = _heading(members)
        if heading and len({step.entry.case.number for step in members}) > 1:
            found.append(Group(heading, members))
    return tuple(sorted(found, key=lambda g: (-_spread(g), g.heading)))


def _spread(found: Group) -> float:
    provinces = {step.entry.coding.place.division[:2] for step in found.steps}
    return len(provinces) + 0.5 * len({step.entry.case.number for step in found.steps})


def _bare(measure: Measure) -> str:
    text = measure.heading * 2 + "，" + measure.sentence[:80]
    return re.sub(r"[^\u4e00-\u9fff]", " ", _PLACE.sub(" ", text))


def _vectors(texts: Sequence[str]) -> np.ndarray:
    """Rows of length one: bigrams, log frequency times inverse document frequency."""
    counts = [Counter(t[i : i + 2] for i in range(len(t) - 1) if " " not in t[i : i + 2]) for t in texts]
    having = Counter(gram for found in counts for gram in found)
    column = {gram: at for at, gram in enumerate(sorted(g for g, n in having.items() if n > 1))}
    matrix = np.zeros((len(texts), max(1, len(column))), np.float32)
    for row, found in enumerate(counts):
        for gram, count in found.items():
            if gram in column:
                matrix[row, column[gram]] = (1 + math.log(count)) * math.log(1 + len(texts) / having[gram])
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: np.ndarray = matrix / np.where(norms > 0, norms, 1)
    return scaled


def _heading(members: Sequence[Step]) -> str:
    for step in members[:12]:
        text = re.sub(r"^[“”\s]+|[。，；：:\s]+$", "", step.measure.heading)
        if _HEADING.match(text) and not _NO_HEADING.search(text) and not _PLACE.search(text) and is_balanced(text):
            return text
    return ""
