"""A seed and a theme -> title and paragraphs of a sample case, composed clause by clause so that two of one theme do not look alike."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

_NUMBERS = {"n0": (2, 9), "n1": (3, 30), "n2": (11, 96), "n3": (102, 980), "n4": (1010, 9800), "n5": (31, 52), "p": (76, 99), "q": (8, 49), "year": (2022, 2025)}
_BRANDS = ("星火", "归雁", "聚力", "启航", "沃土", "繁星", "匠心", "青蓝", "头雁", "活水", "磐石", "春雨", "金桥", "同舟", "灯塔", "扬帆", "云梯", "新竹", "接力", "远山", "百川", "蜂巢", "细流", "晨光")
_FRAMES = ("行动", "计划", "工程", "模式", "工作法", "机制", "路线图", "驿路")
_ORDINALS = "一二三四五六七八九十"
NOTE = "（本文为样例，由样例生成器编写，单位为真实机构名称的示例用法，情节与数字均为虚构。）"
HEADS = {
    "background": ("案例背景", "一、背景", "背景与问题", "一、工作背景", "（一）案例背景"),
    "implementation": ("主要做法", "二、主要做法", "实施过程", "二、做法", "（二）主要做法"),
    "innovation": ("创新点", "三、创新之处", "主要创新点", "三、创新点", "（三）创新亮点"),
    "effect": ("实施成效", "四、取得成效", "工作成效", "四、主要成效", "（四）实施效果"),
    "spread": ("推广价值", "五、推广价值", "经验启示", "五、启示与推广", "（五）推广价值"),
}
PARTS = tuple(HEADS)


@cache
def words() -> dict[str, dict[str, Any]]:
    """The word lists by theme and "shared"."""
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Prose:
    """A composed text: its title and, part by part, heading and paragraphs."""

    title: str
    parts: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of all parts, without headings."""
        return [text for _, _, texts in self.parts for text in texts]


class Composer:
    """Fills templates for one case; a template is used once in a case."""

    def __init__(self, chance: Random, theme: str, place: str) -> None:
        self._chance, self._place = chance, place
        self._lists = {**words()["shared"], **words()[theme]}
        self._used: set[str] = set()
        self.brand = "".join(chance.sample(_BRANDS, 2 if chance.random() < 0.3 else 1))
        self._lists["brand"] = [self.brand + chance.choice(_FRAMES)]

    def fill(self, template: str) -> str:
        """A template with its slots filled."""
        return re.sub(r"\{(\w+)\}", lambda found: self._slot(found[1]), template)

    def _slot(self, name: str) -> str:
        if name in _NUMBERS:
            return str(self._chance.randint(*_NUMBERS[name]))
        return self.fill(self._chance.choice(self._lists[name]))

    def one(self, *lists: str) -> str:
        """A filled template of one of the lists, none used before if possible."""
        pool = [t for name in lists for t in self._lists[name] if t not in self._used] or [t for name in lists for t in self._lists[name]]
        template = self._chance.choice(pool)
        self._used.add(template)
        return self.fill(template)

    def measure(self) -> tuple[str, list[str]]:
        """A step of its theme, none told before if possible: what was done, and one or two sentences that belong to it."""
        templates = list(zip(self._lists["measures"], self._lists["did"], strict=True))
        head, did = self._chance.choice([pair for pair in templates if pair[0] not in self._used] or templates)
        self._used.add(head)
        return self.fill(head), [self.fill(text) for text in self._chance.sample(did, self._chance.randint(1, 2))]

    def some(self, count: int, *lists: str) -> list[str]:
        """Several of them."""
        return [self.one(*lists) for _ in range(count)]


def compose(chance: Random, theme: str, place: str, style: int) -> Prose:
    """Compose a case of about 1,500 to 3,500 characters. `style` chooses the wording of the headings (0 to 4)."""
    composer = Composer(chance, theme, place)
    title = composer.one("titles")
    if "“" not in title or chance.random() < 0.4:
        title += "——" + composer.fill(chance.choice(("“{brand}”的探索与实践", f"{place}的{{adjective}}实践", "以{adjective}{platform}为例", f"{place}“{{brand}}”纪实")))
    parts = []
    for kind in PARTS:
        texts = _PARTS[kind](composer, chance, place)
        parts.append((kind, HEADS[kind][style % len(HEADS[kind])], tuple(texts)))
    return Prose(title, tuple(parts))


def _background(c: Composer, chance: Random, place: str) -> list[str]:
    first = f"{c.one('opens')}{place}{c.fill('围绕{subject}做了不少工作，但{worry}的问题仍然存在')}。{c.one('problems')}。{c.one('problems')}。"
    second = f"{place}党委、政府{c.fill('把{subject}摆上重要位置')}，{c.fill('{year}年起{verb}“{brand}”')}，{c.fill('力求从{worry}处破题')}。"
    return [first, second]


def _implementation(c: Composer, chance: Random, place: str) -> list[str]:
    count = chance.randint(4, 7)
    mark = chance.choice(("{}是", "{}是", "（{}）", "num", "次"))
    found = []
    for at in range(count):
        head, did = c.measure()
        told = [*c.some(chance.randint(1, 2), "own"), *c.some(chance.randint(2, 5), "details"), *c.some(chance.randint(1, 3), "more")]
        texts = [f"{text}。" for text in did] + [f"{text}，{c.one('tails')}。" if chance.random() < 0.7 else f"{text}。" for text in told]
        lead = _ordinal(mark, at, count)
        found.append(f"{lead}{head}。{''.join(texts)}")
    if mark == "{}是" and chance.random() < 0.5:
        return ["".join(found[at : at + 2]) for at in range(0, count, 2)]
    return found


def _ordinal(mark: str, at: int, count: int) -> str:
    if mark == "num":
        return f"{at + 1}．"
    if mark == "次":
        return ("首先，", "其次，", "再次，", "此外，", "同时，", "另外，", "最后，")[at if at < count - 1 else 6]
    return mark.format(_ORDINALS[at])


def _innovation(c: Composer, chance: Random, place: str) -> list[str]:
    return ["".join(f"{text}。" for text in (f"{text}，{c.one('tails')}" for text in c.some(chance.randint(2, 3), "innovations")))]


def _effect(c: Composer, chance: Random, place: str) -> list[str]:
    texts = [f"{text}，{c.one('tails')}" for text in c.some(chance.randint(4, 6), "effects")] + c.some(1, "own")
    return ["".join(f"{text}。" for text in texts[:2]), "".join(f"{text}。" for text in texts[2:])]


def _spread(c: Composer, chance: Random, place: str) -> list[str]:
    return ["".join(f"{text}。" for text in c.some(2, "spreads")), NOTE]


_PARTS = {"background": _background, "implementation": _implementation, "innovation": _innovation, "effect": _effect, "spread": _spread}
