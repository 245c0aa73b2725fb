"""What the proofreader finds of damage planted into texts, and how often it speaks of clean ones: `damage.py [TEXTS [SEED [FOLDER]]]`.

The texts are composed by the samples' grammar (default 1,000) or, with FOLDER, real ones (.txt, one a file). One damage of each kind is planted into every
text, each into a copy of its own: a character masked, two to six characters doubled, the end cut off, a number lost before a measure word, a year or a
month lost. A damage is found if a finding of its kind stands within six characters of it. No package finds these offline, so there is no peer.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from zhengping.engine import proofreading, tables
from zhengping.engine.record import Case
from zhengping.samples.prose import NOTE, compose

HAN = "[\u4e00-\u9fff]"
MASKABLE = re.compile("政治|政府|政策|党委|党员|财政|大学|干部|领导|改革|中央|行政|组织")
NUMBER = re.compile(r"(?<![\d.年月])\d[\d,]*(?:\.\d+)?(?=(?:余|多)?(?:个|名|项|人|家|万元|亿元|元|亩|次|所|条|件|期|场|户|套|台|%|％|支|篇|吨))")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年)")
MONTH = re.compile(r"(?<=年)\d{1,2}(?=月)")
Planted = tuple[str, int]


def masked(text: str, chance: Random) -> Planted | None:
    """One character of a word that is commonly masked becomes *."""
    places = list(MASKABLE.finditer(text))
    if not places:
        return None
    at = chance.choice(places).start()
    return f"{text[:at]}*{text[at + 1 :]}", at


def doubled(text: str, chance: Random) -> Planted | None:
    """Two to six characters stand twice."""
    size = chance.randint(2, 6)
    places = [m.start() for m in re.finditer(f"(?={HAN}{{{size}}})", text)]
    places = [at for at in places if len(set(text[at : at + size])) > 1]
    if not places:
        return None
    at = chance.choice(places)
    return text[: at + size] + text[at:], at


def cut(text: str, chance: Random) -> Planted | None:
    """The text ends in mid-sentence."""
    at = chance.randrange(max(1, len(text) * 2 // 3), len(text) - 1) if len(text) > 60 else 0
    while at and not re.match(HAN, text[at]):
        at -= 1
    return (text[: at + 1], at) if at and len(text[: at + 1].rsplit("\n", 1)[-1]) >= 4 and not re.match(r"[。！？\n]", text[at + 1]) else None


def lost(pattern: re.Pattern[str]) -> Callable[[str, Random], Planted | None]:
    """What a pattern finds is lost."""

    def plant(text: str, chance: Random) -> Planted | None:
        places = list(pattern.finditer(text))
        if not places:
            return None
        found = chance.choice(places)
        return text[: found.start()] + text[found.end() :], found.start()

    return plant


KINDS: dict[str, tuple[str, Callable[[str, Random], Planted | None]]] = {
    "masked": ("masked-character", masked),
    "doubled": ("doubled-word", doubled),
    "cut off": ("cut-off", cut),
    "lost number": ("lost-number", lost(NUMBER)),
    "lost year": ("lost-year", lost(YEAR)),
    "lost month": ("lost-month", lost(MONTH)),
}
OF_TEXT = {"masked-character", "doubled-word", "cut-off", "lost-number", "lost-year", "lost-month", "odd-character"}


def told(text: str) -> list[tuple[str, int, int]]:
    """Kind and place (in the whole text) of what the proofreader finds in it."""
    paragraphs = tuple(text.split("\n"))
    starts = [0]
    for paragraph in paragraphs:
        starts.append(starts[-1] + len(paragraph) + 1)
    found = proofreading.proofread(Case(1, "", "", paragraphs))
    return [(f.kind, starts[f.paragraph] + f.start, starts[f.paragraph] + f.end) for f in found if f.kind in OF_TEXT and f.paragraph >= 0]


def texts(words: list[str]) -> list[str]:
    """The texts to damage."""
    if len(words) > 2:
        return [path.read_text("utf-8").strip() for path in sorted(Path(words[2]).glob("*.txt"))]
    chance, keys = Random(int(words[1]) if len(words) > 1 else 17), [theme.key for theme in tables.themes()]
    made = [compose(chance, keys[at % 9], "某市", at % 5) for at in range(int(words[0]) if words else 1000)]
    return ["\n".join(text for text in prose.paragraphs if text != NOTE) for prose in made]


def main(words: list[str]) -> None:
    """Measure and print."""
    pool, chance = texts(words), Random(3)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for text in pool:
        clean = told(text)
        false.update(kind for kind, _, _ in clean)
        for name, (kind, plant) in KINDS.items():
            planted = plant(text, chance)
            if planted:
                changed, at = planted
                total[name] += 1
                right[name] += any(k == kind and start - 6 <= at <= end + 6 for k, start, end in told(changed))
    size = sum(map(len, pool))
    print(f"{len(pool)} texts, {size:,} characters")
    for name in KINDS:
        print(f"{name:12} found {right[name]} of {total[name]}  {right[name] / max(1, total[name]):.3f}   false {false[KINDS[name][0]] * 1e5 / size:.2f} in 100,000 clean characters")
    print(f"all kinds    false {sum(false.values()) * 1e5 / size:.2f} in 100,000 clean characters")


if __name__ == "__main__":
    main(sys.argv[1:])
