"""What the proofreader finds of damage planted into texts, by kind, and how often it speaks of clean ones: `damage.py [TEXTS [SEED [FOLDER]]]`.

The texts are composed by the samples' grammar (default 1,000) or, with FOLDER, real ones (.txt, one a file). Three damages of each kind are planted into
every text, each into a copy of its own: any one character of any word of the field masked (also before a mark or at a paragraph's start), a function word or two
to six characters doubled, the end cut off, a number lost before any of sixty units (its 万, 亿, 余 with it, or its decimals alone), a year or a month lost. A
damage is found if a finding of its kind stands within six characters of it. No package finds these offline, so there is no peer.
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
MASKABLE = re.compile(
    "政治|政府|政策|党委|党员|财政|大学|干部|领导|改革|中央|行政|组织|人才|企业|群众|社会|经济|科技|教育|培训|农村|服务|管理|创新|文化|工作|技术|制度|发展|建设|医院|学校|单位|资金|项目"
)
UNITS = (
    "个百分点|平方米|工作日|公里|公斤|美元|小时|人次|个|名|项|人|家|元|亩|次|所|条|件|期|场|户|套|台|%|％|支|篇|吨|位|座|处|种|辆|头|届|对|份|张|本|部|艘|米|岁|天|例|批|倍|只|块|株|棵|幅|枚"
)
NUMBER = re.compile(rf"(?<![\d.年月第])\d[\d,]*(?:\.\d+)?(?:多|余)?[万亿千百]?(?:多|余)?(?={UNITS})")
DECIMALS = re.compile(rf"(?<=\d[.·])\d+(?=[万亿]?(?:{UNITS}))")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年)")
MONTH = re.compile(r"(?<=年)\d{1,2}(?=月)")
Planted = tuple[str, int]


def masked(text: str, chance: Random) -> Planted | None:
    """Any one character of a word of the field becomes *."""
    places = list(MASKABLE.finditer(text))
    if not places:
        return None
    found = chance.choice(places)
    at = chance.randrange(found.start(), found.end())
    return f"{text[:at]}*{text[at + 1 :]}", at


def masked_at(where: str) -> Callable[[str, Random], Planted | None]:
    """The same, of the last character before a mark or of the first one of a paragraph."""
    pattern = re.compile(f"(?:{MASKABLE.pattern})(?=[，。；、])" if where == "end" else f"^(?:{MASKABLE.pattern})", re.MULTILINE)

    def plant(text: str, chance: Random) -> Planted | None:
        places = [m.end() - 1 if where == "end" else m.start() for m in pattern.finditer(text)]
        if not places:
            return None
        at = chance.choice(places)
        return f"{text[:at]}*{text[at + 1 :]}", at

    return plant


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


def small(text: str, chance: Random) -> Planted | None:
    """A function word stands twice."""
    places = [m.start() for m in re.finditer("(?<=[\u4e00-\u9fff])[的了和与在是及将](?=[\u4e00-\u9fff])", text)]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + text[at] + text[at:], at


KINDS: dict[str, tuple[str, Callable[[str, Random], Planted | None]]] = {
    "masked": ("masked-character", masked),
    "masked before a mark": ("masked-character", masked_at("end")),
    "masked at a start": ("masked-character", masked_at("start")),
    "doubled": ("doubled-word", doubled),
    "doubled function word": ("doubled-word", small),
    "cut off": ("cut-off", cut),
    "lost number": ("lost-number", lost(NUMBER)),
    "lost decimals": ("lost-number", lost(DECIMALS)),
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
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    false: Counter[str] = Counter()
    for text in pool:
        false.update(kind for kind, _, _ in told(text))
        for name, (kind, plant) in KINDS.items():
            for planted in filter(None, (plant(text, chance) for _ in range(3))):
                changed, at = planted
                is_found = any(k == kind and start - 6 <= at <= end + 6 for k, start, end in told(changed))
                for detail in ("", _detail(name, changed, at)):
                    total[name, detail] += 1
                    right[name, detail] += is_found
    size = sum(map(len, pool))
    print(f"{len(pool)} texts, {size:,} characters")
    for name, (kind, _) in KINDS.items():
        print(f"{name:22} found {right[name, '']} of {total[name, '']}  {right[name, ''] / max(1, total[name, '']):.3f}   {kind}: false {false[kind] * 1e5 / size:.2f} in 100,000 clean characters")
        worst = sorted((key for key in total if key[0] == name and key[1]), key=lambda key: (right[key] - total[key], key))[:12]
        if any(right[key] < total[key] for key in worst):
            print("    most missed: " + ", ".join(f"{key[1]} {total[key] - right[key]} of {total[key]}" for key in worst if right[key] < total[key]))
    print(f"all kinds    false {sum(false.values()) * 1e5 / size:.2f} in 100,000 clean characters")


def _detail(name: str, changed: str, at: int) -> str:
    """What tells the planted damages of one kind apart: the unit that lost its number, or what stands behind a lost year."""
    found = re.match(UNITS, changed[at:].lstrip("万亿")) if name in ("lost number", "lost decimals") else None
    if found:
        return found[0]
    return changed[at : at + 2] if name == "lost year" else ""


if __name__ == "__main__":
    main(sys.argv[1:])
