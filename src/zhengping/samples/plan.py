"""A seed and a number -> the plan of an edition: each case with its truth, what is planted in it, and the paper that says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from zhengping.engine import tables
from zhengping.samples import prose, units
from zhengping.samples.writers import Paper

SILENT = 4  # invited provinces that send none
_SCANS = 5  # at most; reading one takes seconds
_SURNAMES, _NAMES = "赵钱孙李周吴郑王冯陈", ("示例甲", "示例乙", "示例丙", "样例丁", "样例戊")


@dataclass
class Planned:
    """A case to be written. `kind` is the file's ending, `beside` other files of the case (name, role)."""

    number: int
    unit: units.Unit
    province: str
    theme: str
    prose: prose.Prose
    mark: str
    kind: str
    form: bool
    title: str
    parts: list[tuple[str, str, list[str]]]
    planted: list[dict[str, Any]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    deleted: str = ""
    inserted: str = ""
    box: str = ""
    list_title: str = ""
    missing: str = ""
    sent_as: str = ""

    def paper(self) -> Paper:
        """What the file says."""
        parts = tuple((heading, tuple(texts)) for _, heading, texts in self.parts)
        unit = "" if self.missing == "unit" else self.unit.name
        return Paper(self.title, unit, parts, tuple(self.fields), self.deleted, self.inserted, self.box)

    @property
    def paragraphs(self) -> list[str]:
        """The running text as written."""
        return [text for _, _, texts in self.parts for text in texts]


def senders() -> list[str]:
    """Two-digit numbers of the provinces that may send (units of 兵团 are sent among those of 新疆)."""
    return [body.number[:2] for body in tables.bodies() if body.number < "700000" and body.number != "660000"]


def plan(cases: int, seed: int) -> list[Planned]:
    """The plan of an edition."""
    chance = Random(f"plan {seed}")
    provinces = chance.sample(senders(), 31 - SILENT)
    weights = [chance.uniform(0.4, 2.5) for _ in provinces]
    found: list[Planned] = []
    for number in range(1, cases + 1):
        found.append(_case(Random(f"{seed} {number}"), number, chance.choices(provinces, weights)[0]))
    _plant_copies(found, chance)
    for planned in found[70 : 70 + 120 * _SCANS : 120]:
        if not planned.planted:
            planned.kind, planned.form = "png", False
    for planned in found:
        _plant(planned, Random(f"plant {seed} {planned.number}"))
    return found


def _case(chance: Random, number: int, province: str) -> Planned:
    unit = units.unit(chance, province)
    theme = chance.choice([theme.key for theme in tables.themes()])
    short = unit.place or unit.name
    text = prose.compose(chance, theme, short, chance.randrange(5))
    kind = chance.choices(("docx", "pdf", "doc", "wps", "txt", "eml"), (80, 10, 4, 2, 2, 2))[0]
    parts = [(part, heading, list(texts)) for part, heading, texts in text.parts]
    mark = chance.choices(("重点推荐", "一般"), (3, 7))[0]
    return Planned(number, unit, province, theme, text, mark, kind, kind == "docx" and chance.random() < 0.5, text.title, parts)


# --- what is planted -------------------------------------------------------------------------------------------------


def _plant(planned: Planned, chance: Random) -> None:
    if planned.unit.trap:
        planned.planted.append({"kind": "place-trap", "trap": planned.unit.trap})
    if planned.form:
        planned.fields += [("联系人", chance.choice(_NAMES)), ("联系电话", f"139{chance.randint(0, 99999999):08d}")]
        planned.planted.append({"kind": "personal", "value": planned.fields[-1][1]})
    if planned.kind == "docx" and chance.random() < 0.08:
        planned.deleted, planned.inserted = f"已删除的旧句子{chance.randint(1000, 9999)}。", f"修订时补写的新句子{chance.randint(1000, 9999)}。"
    if planned.kind == "docx" and chance.random() < 0.06:
        planned.box = f"文本框中的提示语{chance.randint(1000, 9999)}，读者应当看到。"
    for share, plant in _PLANTS:
        if chance.random() < share:
            plant(planned, chance)


def _masked(planned: Planned, chance: Random) -> None:
    _change(planned, chance, "damage:masked", r"政治引领|党委|干部|基层", lambda found: found[0] + "*" * (len(found) - 1))


def _lost_number(planned: Planned, chance: Random) -> None:
    _change(planned, chance, "damage:lost-number", r"(?<=[\u4e00-\u9fff])\d+(?=名|家|期|万元)", lambda found: "")


def _lost_year(planned: Planned, chance: Random) -> None:
    _change(planned, chance, "damage:lost-year", r"(?<=，)\d{4}(?=年起)", lambda found: "")


def _doubled(planned: Planned, chance: Random) -> None:
    _change(planned, chance, "damage:doubled", r"组织|建立|开展|制定", lambda found: found * 2)


def _first_lost(planned: Planned, chance: Random) -> None:
    _change(planned, chance, "damage:missing-first", r"一是(?=[^。]*。[\s\S]*)", lambda found: "")


def _cut(planned: Planned, chance: Random) -> None:
    last = planned.parts[-1][2]
    if last and last[-1] == prose.NOTE:
        last.pop()
    if last and len(last[-1]) > 40:
        last[-1] = last[-1][: len(last[-1]) // 2].rstrip("。，")
        planned.planted.append({"kind": "damage:cut", "quote": last[-1][-10:]})


def _repeated(planned: Planned, chance: Random) -> None:
    texts = planned.parts[1][2]
    texts.append(texts[0])
    planned.planted.append({"kind": "damage:repeated", "quote": texts[0][:20]})


def _over_long(planned: Planned, chance: Random) -> None:
    texts = planned.parts[0][2]
    while sum(map(len, texts)) <= 400:
        texts.append(prose.compose(chance, planned.theme, planned.unit.place, 0).parts[0][2][0])
    planned.planted.append({"kind": "over-long", "part": "background", "length": sum(map(len, texts))})


def _no_unit(planned: Planned, chance: Random) -> None:
    if planned.kind == "docx" and planned.form:
        planned.missing = "unit"
        planned.planted.append({"kind": "missing-field", "field": "unit"})


def _conflict(planned: Planned, chance: Random) -> None:
    planned.list_title = planned.title[: len(planned.title) // 2] + "的探索"
    planned.planted.append({"kind": "conflict", "field": "title", "list": planned.list_title})


_PLANTS = (
    (0.02, _masked),
    (0.02, _lost_number),
    (0.02, _lost_year),
    (0.02, _doubled),
    (0.015, _first_lost),
    (0.015, _cut),
    (0.01, _repeated),
    (0.02, _over_long),
    (0.01, _no_unit),
    (0.01, _conflict),
)


def _change(planned: Planned, chance: Random, kind: str, pattern: str, change: Any) -> None:
    """Change one place of the text and note it."""
    places = [(texts, at, found) for _, _, texts in planned.parts for at, text in enumerate(texts) for found in re.finditer(pattern, text)]
    if places:
        texts, at, found = chance.choice(places)
        before = texts[at]
        texts[at] = before[: found.start()] + change(found[0]) + before[found.end() :]
        planned.planted.append({"kind": kind, "was": found[0], "before": before[max(0, found.start() - 6) : found.start()]})


def _plant_copies(found: list[Planned], chance: Random) -> None:
    """One case in fifty is a copy of an earlier one: whole, sentences replaced, order changed, names swapped, one long paragraph."""
    for at in range(20, len(found), 50):
        source, copy = found[at - chance.randint(1, 19)], found[at]
        kind = ("same-text", "replaced", "order", "swapped", "paragraph")[(at // 50) % 5]
        copy.theme, copy.planted = (source.theme if kind != "paragraph" else copy.theme), [{"kind": f"near:{kind}", "of": source.number}]
        if kind == "paragraph":
            copy.parts[1][2].append(max(source.parts[1][2], key=len))
            continue
        copy.title = source.title if kind == "same-text" else copy.title
        copy.parts = [(part, heading, [_copied(text, kind, chance, source, copy) for text in texts]) for part, heading, texts in source.parts]


def _copied(text: str, kind: str, chance: Random, source: Planned, copy: Planned) -> str:
    sentences = re.findall(r"[^。]+。?", text)
    if kind == "replaced":
        own = [s for texts in copy.prose.paragraphs for s in re.findall(r"[^。]+。?", texts)]
        sentences = [chance.choice(own) if chance.random() < 0.25 else sentence for sentence in sentences]
    elif kind == "order":
        chance.shuffle(sentences)
    elif kind == "swapped":
        return text.replace(source.unit.place, copy.unit.place) if source.unit.place else text
    return "".join(sentences)


def earlier(cases: int, seed: int) -> list[Planned]:
    """An earlier edition, a third as large; every tenth case of it is sent in again in this one (see `again`)."""
    return [replace(planned, planted=[]) for planned in plan(max(3, cases // 3), seed + 1_000_003)]
