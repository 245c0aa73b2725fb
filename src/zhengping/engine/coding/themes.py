"""A case's words -> its themes: by words given to each theme, by what texts written for it taught, and by confirmed codings where there are some."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
import rjieba

from zhengping.engine import tables
from zhengping.engine.coding.gazetteer import names
from zhengping.engine.record import Theme

_COMMON = frozenset(
    "人才 工作 机制 服务 培养 建设 发展 实施 推进 加强 创新 改革 体系 制度 各类 优秀 重点 围绕 当地 作用 支撑 社会 提高 开展 以及 相关 方面 进行 做好".split()
)
_TITLE, _HEADING, _BODY = 4.0, 1.0, 1.0
_GIVEN, _TAUGHT = 0.35, 1.4  # what given and taught words weigh: one quarter best told unseen texts, both are stretched so that what is said of 0.9 is right as often at least
_TOKENS = 1 << 15


@dataclass(frozen=True, slots=True)
class Ranked:
    """A theme with the probability that it is the main one and the words that spoke for it, strongest first."""

    key: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What confirmed codings taught: weights of hashed words (words x themes) and how many codings they are from."""

    weights: np.ndarray
    bias: np.ndarray
    codings: int


@dataclass(frozen=True, slots=True)
class Taught:
    """What texts whose theme is known taught of single words: a weight for each theme, in the order of `tables.themes()`."""

    places: dict[str, int]
    weights: np.ndarray  # words x themes

    def logits(self, words: Collection[str]) -> np.ndarray:
        """What the words that stand in a text say for each theme."""
        known = [self.places[word] for word in words if word in self.places]
        found: np.ndarray = self.weights[known].sum(axis=0) * max(1, len(words)) ** -0.5
        return found

    def strongest(self, words: Collection[str], place: int) -> list[str]:
        """Those of the words that speak most for a theme."""
        spoke = sorted(((self.weights[self.places[word], place], word) for word in words if len(word) > 1 and word in self.places), reverse=True)
        return [word for weight, word in spoke[:6] if weight > 0]


@cache
def taught() -> Taught:
    """The table of what `teach` learnt from the project's own texts."""
    rows = list(csv.reader(tables.text("theme_taught.csv").splitlines()))
    return Taught({row[0]: at for at, row in enumerate(rows[1:])}, np.array([[int(value) / 100 for value in row[1:]] for row in rows[1:]]))


def teach(lessons: Sequence[tuple[str, Sequence[str], str, str]]) -> Taught:
    """Learn what single words say of the themes of `tables.themes()` from texts `(title, headings, body, key of the main theme)`.

    Multinomial logistic regression with a ridge on the words that stand in each text, all of one weight (Hastie, Tibshirani, Friedman, ch. 4.4).
    Names of places teach nothing. Deterministic.
    """
    keys = [theme.key for theme in tables.themes()]
    texts = [{word for word in _spoken(*lesson[:3]) if word not in names()} for lesson in lessons]
    places = {word: at for at, word in enumerate(sorted(set().union(*texts)))}
    found = [np.array(sorted(places[word] for word in words), np.int64) for words in texts]
    matrix = _matrix([(own, np.full(len(own), len(own) ** -0.5)) for own in found], len(places))
    truth = np.eye(len(keys))[[keys.index(lesson[3]) for lesson in lessons]]
    return Taught(places, _fitted(matrix, truth, np.zeros_like(truth), 400, 0.3)[0])


def _spoken(title: str, headings: Sequence[str], body: str) -> set[str]:
    """The words that stand in a text."""
    return {word for word in rjieba.cut("\n".join((title, *headings, body[:4000]))) if "\u4e00" <= word[:1] <= "\u9fff"}


def _matrix(rows: Sequence[tuple[np.ndarray, np.ndarray]], width: int) -> Any:
    """Rows of (columns, values) as a sparse matrix."""
    from scipy.sparse import csr_matrix

    lines = np.repeat(np.arange(len(rows)), [len(found) for found, _ in rows])
    return csr_matrix((np.concatenate([value for _, value in rows]), (lines, np.concatenate([found for found, _ in rows]))), shape=(len(rows), width))


@cache
def _default_words() -> dict[str, dict[str, float]]:
    rows = tomllib.loads(tables.text("theme_words.toml"))
    return {key: {word: float(weight) for weight in row for word in row[weight]} for key, row in rows.items()}


def _words(theme: Theme) -> dict[str, float]:
    """The words of one theme with their weights: the table's, and those of its own description."""
    default = next((t for t in tables.themes() if t.key == theme.key), None)
    words = dict(_default_words().get(theme.key, {})) if default and default.name == theme.name else {}
    for phrase in (theme.name, *theme.belongs):
        for piece in re.split(r"[、，,；;：:的和与及]", phrase):
            if 2 <= len(piece) <= 8 and piece not in _COMMON:
                words.setdefault(piece, 2.0)
            for token in rjieba.cut(piece):
                if len(token) > 1 and token not in _COMMON:
                    words.setdefault(token, 1.5)
    return words


@cache
def _profile(themes: tuple[Theme, ...]) -> dict[str, tuple[int, np.ndarray, tuple[tuple[str, int], ...]]]:
    """Every word, the longest first: its place, its weight for each theme (less where several share it) and the longer words in which it stands, how often."""
    weights = [_words(theme) for theme in themes]
    shared = Counter(word for words in weights for word in words)
    rows, longer = {}, ""
    for at, word in enumerate(sorted(shared, key=lambda word: (-len(word), word))):
        within = tuple((other, other.count(word)) for other in re.findall(rf"[^\n]*{re.escape(word)}[^\n]*", longer)) if word in longer else ()
        rows[word] = (at, np.array([words.get(word, 0.0) / shared[word] for words in weights]), within)
        longer += f"\n{word}"
    return rows


@cache
def _by_start(themes: tuple[Theme, ...]) -> dict[str, list[str]]:
    """The words of all themes by their first two characters."""
    found: dict[str, list[str]] = {}
    for word in _profile(themes):
        found.setdefault(word[:2], []).append(word)
    return found


def _standing(themes: tuple[Theme, ...], text: str) -> set[str]:
    """The words of the themes that stand in a text; only those whose first two characters do are looked for."""
    starts = _by_start(themes)
    there = starts.keys() & {*text, *map(str.__add__, text, text[1:])}
    return {word for start in there for word in starts[start] if word in text}


def _fields(title: str, headings: Sequence[str], body: str) -> tuple[tuple[str, float], ...]:
    return (title, _TITLE), ("\n".join(headings), _HEADING), (body, _BODY)


def _scores(themes: tuple[Theme, ...], title: str, headings: Sequence[str], body: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Sum over words of weight x fourth root of the weighted frequency: that a word stands there counts more than how often.

    A word that is part of a longer one which counts there (农 in 农民) does not count again.
    """
    total = np.zeros(len(themes))
    parts: dict[str, np.ndarray] = {}
    fields = _fields(title, headings, body)
    rows = _profile(themes)
    told: dict[str, float] = {}
    for word in sorted(_standing(themes, "\n".join(text for text, _factor in fields)), key=lambda word: rows[word][0]):
        _at, weights, within = rows[word]
        frequency = sum(text.count(word) * factor for text, factor in fields) - sum(told.get(other, 0.0) * times for other, times in within)
        if frequency > 0:
            told[word] = frequency
            parts[word] = weights * frequency**0.25
            total += parts[word]
    return total, parts


def _tokens(words: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hashed words that stand in a text, all of one weight, scaled to length one."""
    found = np.unique(np.array([crc32(word.encode()) % _TOKENS for word in words], np.int64))
    return found, np.full(len(found), len(found) ** -0.5 if len(found) else 0.0)


def learn(themes: tuple[Theme, ...], confirmed: Sequence[tuple[str, Sequence[str], str, str]]) -> Learned | None:
    """Learn from confirmed codings `(title, headings, body, key of the main theme)`; None for less than three.

    Ridge-regularised multinomial logistic regression on the words of each text with the table's scores as offset, so that few codings
    correct the words and many replace them. Deterministic; Newton-free gradient descent with momentum on at most some
    thousand texts takes seconds. Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, ch. 4.4.
    """
    keys = [theme.key for theme in themes]
    rows = [row for row in confirmed if row[3] in keys]
    if len(rows) < 3:
        return None
    texts = [_spoken(*row[:3]) for row in rows]
    tokens = [_tokens(words) for words in texts]
    offset = np.array([_prior(themes, _scores(themes, *row[:3])[0], words) for row, words in zip(rows, texts, strict=True)])
    truth = np.eye(len(keys))[[keys.index(row[3]) for row in rows]]
    matrix = _matrix(tokens, _TOKENS)
    weights, bias = _fitted(matrix, truth, offset, 150, 0.6)
    return Learned(weights, bias, len(rows))


def _fitted(matrix: Any, truth: np.ndarray, offset: np.ndarray, rounds: int, pace: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (words x themes) and bias of a logistic regression with a ridge, by gradient descent with momentum."""
    weights, bias = np.zeros((matrix.shape[1], truth.shape[1])), np.zeros(truth.shape[1])
    speed = np.zeros_like(weights)
    for _ in range(rounds):
        error = _softmax(offset + matrix @ weights + bias) - truth
        speed = 0.85 * speed - pace * (matrix.T @ error + 0.02 * weights)
        weights = weights + speed
        bias = bias - 0.05 * error.mean(axis=0)
    return weights, bias


def _softmax(logits: np.ndarray) -> np.ndarray:
    power = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: np.ndarray = power / power.sum(axis=-1, keepdims=True)
    return shares


def _standard(scores: np.ndarray) -> np.ndarray:
    """Scores on a common scale, so that a margin means the same in a short and in a long text."""
    largest = scores.max()
    scaled: np.ndarray = _SHARPNESS * scores / (largest + _DAMP) if largest > 0 else scores
    return scaled


_SHARPNESS, _DAMP = 9.0, 4.0


@cache
def _columns(themes: tuple[Theme, ...]) -> tuple[int, ...]:
    """Where the themes stand among those of the table; () where one of them is not of the table."""
    known = [(theme.key, theme.name) for theme in tables.themes()]
    return tuple(known.index((theme.key, theme.name)) for theme in themes) if all((theme.key, theme.name) in known for theme in themes) else ()


def _prior(themes: tuple[Theme, ...], scores: np.ndarray, words: Collection[str]) -> np.ndarray:
    """What is said of a text before any coding was confirmed: by the given words, and by the taught ones where the themes are those of the table."""
    columns = _columns(themes)
    return _GIVEN * _standard(scores) + _TAUGHT * taught().logits(words)[list(columns)] if columns else _standard(scores)


def rank(
    themes: tuple[Theme, ...], title: str, headings: Sequence[str], body: str, learned: Learned | None = None
) -> tuple[Ranked, ...]:
    """Rank the themes for a text, likeliest first; () where no word of any theme stands in it.

    `headings` are the headings of the text and of its measures. The probabilities sum to 1. Names of places do no harm, since
    no theme lists them and they taught nothing.
    """
    scores, parts = _scores(themes, title, headings, body)
    words = _spoken(title, headings, body)
    logits = _prior(themes, scores, words)
    if learned is not None:
        found, values = _tokens(words)
        logits = logits + values @ learned.weights[found] + learned.bias
    elif not parts:
        return ()
    shares = _softmax(logits)
    order = sorted(range(len(themes)), key=lambda place: (-shares[place], place))
    columns = _columns(themes)
    said = taught().strongest(words, columns[order[0]]) if columns else []  # of the likeliest alone
    return tuple(Ranked(themes[place].key, float(shares[place]), _strongest(parts, place, said if place == order[0] else [])) for place in order)


def _strongest(parts: dict[str, np.ndarray], place: int, said: Sequence[str]) -> tuple[str, ...]:
    spoke = sorted(((weights[place], word) for word, weights in parts.items() if weights[place] > 0), reverse=True)
    return tuple(dict.fromkeys([*(word for _, word in spoke[:6]), *said]))[:6]
