"""Lists of words and codes as data with their edition year, and their loaders: nothing is computed here."""

from __future__ import annotations

import csv
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zhengping.engine.record import Division, Theme


def text(name: str) -> str:
    """Text of the table file `name` in this folder (UTF-8)."""
    return files(__name__).joinpath(name).read_text("utf-8")


@dataclass(frozen=True, slots=True)
class University:
    """A university or college of the education ministry's list with the city of its seat."""

    name: str
    authority: str
    seat: str
    level: str


@cache
def divisions() -> tuple[Division, ...]:
    """All divisions at county level and above since 2009-12, ended ones included, in order of their six digits."""
    rows = csv.DictReader(text("divisions.csv").splitlines())
    return tuple(Division(row["number"], row["name"], row["first"], row["last"]) for row in rows)


@cache
def successors() -> dict[str, tuple[tuple[str, int], ...]]:
    """Ended divisions and what they became: old number -> (new number, year of the change), …, in order of the years."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in csv.DictReader(text("successors.csv").splitlines()):
        found.setdefault(row["old"], []).append((row["new"], int(row["year"])))
    return {old: tuple(sorted(new, key=lambda pair: pair[1])) for old, new in found.items()}


@cache
def townships() -> dict[str, tuple[str, ...]]:
    """Streets, towns and townships -> the numbers of the counties that have one of that name."""
    found: dict[str, list[str]] = {}
    for line in text("townships.txt").splitlines():
        county, *names = line.split(" ")
        for name in names:
            found.setdefault(name, []).append(county)
    return {name: tuple(counties) for name, counties in found.items()}


@cache
def zones() -> dict[str, str]:
    """Zones without a number of their own (新区, 开发区 …) -> the division that contains them."""
    return {row["name"]: row["division"] for row in csv.DictReader(text("zones.csv").splitlines())}


@cache
def short_names() -> dict[str, str]:
    """Ways to write a division that no rule gives (博州, 科左后旗), and names that ended before the lists begin (塘沽区) -> its number."""
    return {row["name"]: row["division"] for row in csv.DictReader(text("short_names.csv").splitlines())}


@cache
def institutes() -> dict[str, str]:
    """Research institutes and hospitals whose name does not tell their seat -> the division of the seat."""
    return {row["name"]: row["division"] for row in csv.DictReader(text("institutes.csv").splitlines())}


@cache
def universities() -> tuple[University, ...]:
    """Universities and colleges with authority, seat and level (本科 or 专科)."""
    rows = csv.DictReader(text("universities.csv").splitlines())
    return tuple(University(row["name"], row["authority"], row["seat"], row["level"]) for row in rows)


@cache
def themes() -> tuple[Theme, ...]:
    """The default themes, in their order."""
    return tuple(
        Theme(row["key"], row["name"], row["english"], tuple(row["belongs"])) for row in json.loads(text("themes.json"))
    )


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that cases of a theme do: a heading an editor would print, and the words by which a measure of it is known.

    `names` are names of things that hold one of the words and do not speak for it (博士后站 for 博士).
    """

    heading: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()


@cache
def aspects() -> dict[str, tuple[Aspect, ...]]:
    """What cases of each default theme do, by the theme's key."""
    rows = tomllib.loads(text("aspects.toml"))
    return {key: tuple(Aspect(row["heading"], tuple(row["words"]), tuple(row.get("names", ()))) for row in found) for key, found in rows.items()}


@dataclass(frozen=True, slots=True)
class Body:
    """A provincial-level unit on the tile map: its number, short name in both languages, and its place in the grid."""

    number: str
    name: str
    short: str
    english: str
    row: int
    column: int


@cache
def bodies() -> tuple[Body, ...]:
    """The 34 provincial-level units and 新疆生产建设兵团 (number 660000) in the customary order, with their tiles."""
    rows = csv.DictReader(text("bodies.csv").splitlines())
    return tuple(
        Body(row["number"], row["name"], row["short"], row["english"], int(row["row"]), int(row["column"])) for row in rows
    )


@cache
def unit_types() -> tuple[tuple[str, str], ...]:
    """Kinds of submitting units (Chinese, English) in the order in which lists show them."""
    found = {row["name"]: row["english"] for row in tomllib.loads(text("unit_types.toml"))["type"]}
    order = (
        "组织部门 人社 科技 文旅 农业农村 教育 卫健 编办 其他党政机关 街道乡镇 村社区 开发区 高等院校 中小学与职业院校 科研院所 医院 国有企业 民营企业 "
        "社会组织"
    ).split()
    return (*((name, found[name]) for name in order), ("地方", "Place only"))


LEVELS = (
    ("中央", "Central"),
    ("省级", "Province"),
    ("副省级", "Sub-provincial city"),
    ("地级", "Prefecture"),
    ("县级", "County"),
    ("乡级", "Township"),
    ("村级", "Village"),
    ("企事业", "Institution or firm"),
)


@cache
def _messages() -> dict[str, dict[str, str]]:
    folder = files(__name__).joinpath("messages")
    tables = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {key: entry for table in tables for key, entry in tomllib.loads(table.read_text("utf-8")).items()}


LANGUAGES = ("zh", "en")  # of every message


def sentence(key: str, values: tuple[tuple[str, str], ...] = (), language: str = "zh") -> str:
    """The sentence for people of a reason or finding `key`, in "zh" or "en", with `values` filled in.

    Each message file of the folder `messages` holds tables `[key]` with `zh` and `en`; a placeholder is written `{name}` and shows "…"
    where its value is not known. Raises KeyError for an unknown key.
    """
    return _messages()[key][language].format_map(_Known(values))


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


class Trouble(ValueError):
    """Input that cannot be used: `key` names its sentence in the folder `messages`, `values` fill it; `str()` is the Chinese sentence."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = tuple((name, str(value)) for name, value in values.items())
        super().__init__(self.said("zh"))

    def said(self, language: str) -> str:
        """The sentence in "zh" or "en"."""
        return sentence(self.key, self.values, language)
