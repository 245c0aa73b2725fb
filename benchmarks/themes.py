"""How right the main theme is on samples and on texts in other words, with and without confirmed codings: `themes.py [SPLITS]`.

The learner stands beside TF-IDF of characters with logistic regression (scikit-learn) on the same confirmed codings: in each of SPLITS
(default 10) random splits of the first set, `tests/engine/coding/handwritten.jsonl`, so many texts are confirmed and the others coded; 100 means each
text coded with the 99 others confirmed. Each set is coded with what the other sets teach, never with what it taught itself.

`themes.py --write` makes `tables/theme_taught.csv` anew from all sets.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from zhengping.engine import coding, tables
from zhengping.engine.coding import themes
from zhengping.engine.record import Case, Coding
from zhengping.samples.prose import compose

SETS = sorted((Path(__file__).parents[1] / "tests/engine/coding").glob("handwritten*.jsonl"))
KEYS = [theme.key for theme in tables.themes()]


def rows(path: Path) -> list[tuple[Case, str, list[tuple[str, str]]]]:
    """Cases with their true theme and measures."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        case = Case(row["id"], row["title"], row["unit"], tuple(row["text"].split("\n")))
        found.append((case, row["theme"], [(m["role"], m["sentence"]) for m in row["measures"]]))
    return found


def lessons(paths: list[Path]) -> list[tuple[str, list[str], str, str]]:
    """The texts of sets, and some of the samples' grammar, with their main themes."""
    known = [(case, key) for path in paths for case, key, _ in rows(path)]
    return [(case.title, [], case.text, key) for case, key in (*known, *composed(90, 5))]


def write() -> None:
    """What all sets teach, in hundredths; words that say next to nothing are left out."""
    made = themes.teach(lessons(SETS))
    kept = [(word, [round(100 * value) for value in made.weights[at]]) for word, at in made.places.items()]
    with (Path(tables.__file__).parent / "theme_taught.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["word", *KEYS])
        out.writerows([word, *values] for word, values in kept if max(map(abs, values)) >= 12)


def without(path: Path) -> None:
    """Let the coder know what the other sets teach, and no more."""
    made = themes.teach(lessons([other for other in SETS if other != path]))
    themes.taught = lambda: made


def composed(count: int, seed: int) -> list[tuple[Case, str]]:
    """Texts of the samples' grammar with their themes."""
    chance = Random(seed)
    found = []
    for number in range(count):
        prose = compose(chance, KEYS[number % 9], "某市", number % 5)
        found.append((Case(number + 1, prose.title, "", tuple(prose.paragraphs)), KEYS[number % 9]))
    return found


def coded(coder: coding.Coder, cases: list[Case]) -> list[Coding]:
    """The codings of the cases."""
    return [coder.code(case) for case in cases]


def right(codings: list[Coding], truth: list[str]) -> float:
    """The share whose main theme is right."""
    return float(np.mean([(found.themes or ("",))[0] == key for found, key in zip(codings, truth, strict=True)]))


def learner(confirmed: list[tuple[Case, str]], cases: list[Case]) -> list[str]:
    """The themes that the coder gives once the codings are confirmed."""
    lessons = [(case.title, [], case.text, key) for case, key in confirmed]
    coder = coding.Coder(tables.themes(), 0, coding.learn(tables.themes(), lessons))
    return [(found.themes or ("",))[0] for found in coded(coder, cases)]


def peer(confirmed: list[tuple[Case, str]], cases: list[Case]) -> list[str]:
    """The themes that TF-IDF and logistic regression give."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    known = vectors.fit_transform([f"{case.title}\n{case.title}\n{case.text}" for case, _ in confirmed])
    model = LogisticRegression(C=10, max_iter=1000).fit(known, [key for _, key in confirmed])
    return list(model.predict(vectors.transform([f"{case.title}\n{case.title}\n{case.text}" for case in cases])))


def splits(pool: list[tuple[Case, str]], confirmed: int, count: int) -> list[tuple[list[int], list[int]]]:
    """Random splits of places into confirmed ones and others; each one alone where nearly all are confirmed."""
    if confirmed >= len(pool) - 1:
        return [([other for other in range(len(pool)) if other != place], [place]) for place in range(len(pool))]
    found = []
    for seed in range(count):
        order = list(range(len(pool)))
        Random(seed).shuffle(order)
        found.append((order[:confirmed], order[confirmed:]))
    return found


def curve(pool: list[tuple[Case, str]], count: int, extra: list[tuple[Case, str]]) -> None:
    """Print the share of right themes by the number of confirmed codings, ours and the peer's."""
    print("confirmed  learner  TF-IDF + logistic regression")
    for confirmed, more in ((20, []), (50, []), (100, []), (200, extra)):
        ours, theirs, total = 0, 0, 0
        for known, others in splits(pool, min(confirmed, 100), count):
            lessons = [pool[place] for place in known] + more
            cases, truth = [pool[place][0] for place in others], [pool[place][1] for place in others]
            ours += sum(a == b for a, b in zip(learner(lessons, cases), truth, strict=True))
            theirs += sum(a == b for a, b in zip(peer(lessons, cases), truth, strict=True))
            total += len(others)
        print(f"{confirmed:9}  {ours / total:7.3f}  {theirs / total:.3f}")


def main(words: list[str]) -> None:
    """Measure and print."""
    count = int(words[0]) if words else 10
    written = rows(SETS[0])
    coder = coding.Coder(tables.themes())
    without(SETS[0])
    made = composed(450, 7)
    print(f"samples, no confirmed codings      {right(coded(coder, [case for case, _ in made]), [key for _, key in made]):.3f}")
    print("set                 texts  theme  among the first two  measures exact  of  told in all")
    for path in SETS:
        held = rows(path)
        without(path)
        codings, truth = coded(coder, [case for case, _, _ in held]), [key for _, key, _ in held]
        first_two = np.mean([key in found.themes[:2] for found, key in zip(codings, truth, strict=True)])
        steps = [[(m.role, m.sentence) for m in found.measures] for found in codings]
        exact = sum(step in found for (_, _, wanted), found in zip(held, steps, strict=True) for step in wanted)
        print(f"{path.stem:19} {len(held):5}  {right(codings, truth):.3f}  {first_two:19.3f}  {exact:14}  {sum(len(wanted) for _, _, wanted in held)}  {sum(map(len, steps))}")
    without(SETS[0])
    curve([(case, key) for case, key, _ in written], count, composed(100, 11))


if __name__ == "__main__":
    write() if sys.argv[1:] == ["--write"] else main(sys.argv[1:])
