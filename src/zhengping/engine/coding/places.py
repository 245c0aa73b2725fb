"""A unit's or place's name -> the division of GB/T 2260 that it lies in, or no answer where nothing decides.

The chain: walk from left to right, take the longest name that lies under what is held, and let what is known from elsewhere
(the sender's province, the year, a township) choose between those that are left. No rule guesses.
"""

from __future__ import annotations

import re
import unicodedata

from zhengping.engine import tables
from zhengping.engine.coding.gazetteer import Name, full_name, is_other_word, lengths, names, numbers, stem
from zhengping.engine.record import Place

_SPACE = re.compile(r"\s+")
_TOWNSHIP = re.compile(r"[\u3400-\u9fff]{1,12}?(?:街道|地区办事处|办事处|镇|乡|苏木)")
_ZONE = re.compile(
    r"[\u4e00-\u9fff（）()]{0,14}?(?:开发区|高新区|新区|产业园区|工业园区|园区|示范区|保税区|度假区|管理区|试验区|风景名胜区|经开区|港区)"
)
_PUBLIC = re.compile(
    r"[省市县区州旗盟地]委|委|局|厅|办|政府|组织部|人社|人才|街道|镇|乡|村|社区|开发区|高新区|经开区|新区|园区|合作区|试验区|示范区|法院|检察|学院|大学|中学|学校|小学|"
    r"医院|联社|工会|团|供电|分公司|支行|税务|海关|消防|公安|馆"
)
_BRANCH = re.compile(r"^.{0,8}?(?:研究生?院|校区|分校|学院|中心|学校|中学|小学|基地|医院|分院)")
_FIRM = re.compile(r"公司|集团|厂$|银行|工作室|合作社|有限|股份|事务所|商行|店$")

_Walk = tuple[tuple[Name, ...], str, str, int, bool]


def _accepts(text: str, start: int, end: int, meaning: Name, held: tuple[Name, ...], last_end: int) -> bool:
    """Whether a name without its ending may be taken as a place where it stands."""
    if meaning.sure:
        return True
    if is_other_word(text, start, end):
        return False
    if meaning.depth < 3:
        return True
    if held and start == last_end:
        return True
    after = text[end:]
    if held:
        return after.startswith(("供电", "分公司", "支公司", "县委", "市委", "区委", "分局", "校区", "附属学校", "实验学校"))
    return start <= 2 and bool(_PUBLIC.search(after) or not after) and not _FIRM.search(after)


def _below(meanings: tuple[Name, ...], held: tuple[Name, ...]) -> tuple[Name, ...]:
    return tuple(m for m in meanings if any(m.number != h.number and m.number.startswith(h.stem) for h in held))


def _walk(text: str) -> _Walk:
    """Return what is held at the end, the words that decided, the zone, where they end, and whether a school placed it."""
    dictionary, sizes = names(), lengths()
    held: tuple[Name, ...] = ()
    quote, zone, last_end, school = "", "", 0, False
    start, size = 0, len(text)
    while start < size - 1:
        step = 1
        for length in sizes.get(text[start : start + 2], ()):
            end = start + length
            if end > size:
                continue
            meanings = dictionary.get(text[start:end])
            if meanings is None:
                continue
            kind = meanings[0].kind
            if kind == "school":
                if not held or meanings[0].number.startswith(held[0].stem) or (held[0].depth == 1 and start == last_end):
                    held, school = meanings, True
                    quote, last_end, step = text[start:end], end, length
                    break
                continue
            if school:
                if meanings[0].depth == 3 and not meanings[0].sure and len(meanings) > 1:
                    continue
                if _is_branch(text, end, meanings[0]) or (last_end == start and _below(meanings, held)):
                    held, school, quote = _below(meanings, held) or meanings, False, text[start:end]
                    last_end, step = end, length
                    break
                continue
            if kind == "zone":
                fitting = tuple(m for m in meanings if not held or m.number.startswith(held[0].stem) or held[0].number.startswith(m.stem))
                if not fitting:
                    continue
                zone = text[start:end]
                if not held or fitting[0].depth > held[0].depth:
                    held = fitting
                quote, last_end, step = quote + zone, end, length
                break
            fitting = _below(meanings, held) if held else meanings
            fitting = tuple(m for m in fitting if _accepts(text, start, end, m, held, last_end))
            if fitting:
                held = fitting
                quote, last_end, step = quote + text[start:end], end, length
                break
        start += step
        if held and not school and held[0].depth == 3 and held[-1].depth == 3:
            break
    return held, quote, zone, last_end, school


def _is_branch(text: str, end: int, meaning: Name) -> bool:
    """Whether a place after a school's name says where its branch is: 北京大学深圳研究院, but not 附属鼓楼医院."""
    if meaning.kind == "short" and is_other_word(text, end - 2, end):
        return False
    if meaning.sure or meaning.depth < 3:
        return bool(_BRANCH.match(text[end:])) or not text[end:] or text[end] in ")）"
    return bool(re.match(r".{0,6}(?:学校|中学|小学|研究生?院|校区|分校)", text[end:]))


def _in_year(held: list[Name], year: int) -> list[Name]:
    """Those valid in `year`; else what they became by then; else all. Without a year: the newest list that has the name."""
    if not year:
        newest = max(m.last for m in held)
        return [m for m in held if m.last == newest]
    valid = [m for m in held if m.first <= year <= m.last]
    if valid:
        return valid
    became = {new: m._replace(number=new, stem=stem(new), first=0, last=9999) for m in held if (new := _became(m.number, year)) != m.number}
    return list(became.values()) or held


def _became(number: str, year: int) -> str:
    """What an ended division had become by a year, by all the changes since."""
    new = next((new for new, when in reversed(tables.successors().get(number, ())) if when <= year), "")
    return _became(new, year) if new else number


def _choose(held: tuple[Name, ...], text: str, after: str, province: str, year: int) -> tuple[list[Name], bool]:
    """Narrow what is held to what evidence from outside leaves; the flag tells whether such evidence was needed."""
    left = _in_year(list(held), year)
    if len(left) == 1:
        return left, False
    helped = False
    if province:
        near = [m for m in left if m.number[:2] == province[:2]]
        left, helped = near or left, bool(near)
    if len(left) > 1:
        towns = _township_counties(after)
        near = [m for m in left if any(county.startswith(m.stem) for county in towns)]
        if near:
            left, helped = near, True
    full = [m for m in left if m.kind == "full"]
    left = full or left
    top = min(m.depth for m in left)
    return [m for m in left if m.depth == top], helped


def _township_counties(text: str) -> set[str]:
    """Counties that have a township of the name found in `text` (its ending may be 办事处 for 街道)."""
    table = tables.townships()
    for found in _TOWNSHIP.finditer(text):
        name = found[0].replace("地区办事处", "街道").replace("办事处", "街道")
        for start in range(len(name) - 2):
            if name[start:] in table:
                return set(table[name[start:]])
    return set()


def _common(left: list[Name]) -> str:
    """The deepest division that holds all of `left`, "" if there is none."""
    for digits in (4, 2):
        stems = {m.number[:digits] for m in left}
        if len(stems) == 1:
            number = stems.pop().ljust(6, "0")
            if number in numbers():
                return number
    return ""


def _sure(held: Name, quote: str, text: str, helped: bool, school: bool, province: str) -> float:
    """How often an answer of this kind is right; see docs/measured.md for the table these are read from."""
    if school:
        return 0.97
    if province and held.number[:2] != province[:2]:
        return 0.6
    if held.kind == "zone":
        return 0.93
    if held.kind == "full":
        return 0.96 if helped else 0.995 if len(quote) > 4 or province else 0.985
    at_start = text.startswith(quote)
    if held.depth == 1:  # of a firm it says where it is registered at best, not where it sits
        return 0.8 if _FIRM.search(text) else 0.93 if at_start else 0.9
    if held.depth == 2:
        return 0.95 if at_start or province else 0.85
    return 0.95 if province or len(quote) > 3 else 0.85


def _zone_of(text: str, zone: str, last_end: int) -> str:
    if zone:
        return zone
    found = _ZONE.search(text, last_end) if "区" in text[last_end:] else None
    return found[0] if found else ""


def resolve(name: str, *, province: str = "", year: int = 0) -> Place:
    """Resolve the division that `name` (a unit or a place) lies in.

    `province` (six digits) is where the sender belongs, used to choose between namesakes and, where the name holds no place at
    all, left to the caller. `year` is the edition's: divisions valid then come first, ended ones are followed to what they
    became; 0 takes the newest list that has the name. Where several are left the answer is their common ancestor or, if
    there is none, no division but `candidates`. Source of the numbers: GB/T 2260 (tables/divisions.csv).

    >>> resolve("浙江湖州安吉").division, resolve("鼓楼区").division, resolve("鼓楼区", province="350000").division
    ('330523', '', '350102')
    """
    text = name if name.isalnum() else _SPACE.sub("", unicodedata.normalize("NFKC", name))
    held, quote, zone, last_end, school = _walk(text)
    if not held:
        return _by_township(text, province)
    if len(held) == 1 and (not year or held[0].first <= year <= held[0].last):
        left, helped = list(held), False
    else:
        left, helped = _choose(held, text, text[last_end:], province, year)
    candidates = tuple(dict.fromkeys(m.number for m in left))
    if len(candidates) == 1:
        number = candidates[0]
        sure = _sure(left[0], quote, text, helped, school, province)
    else:
        number, sure = _common(left), 0.5
        if province and not number:
            number = ""
    if not number:
        return Place("", "", _zone_of(text, zone, last_end), 0.0, quote, candidates)
    return Place(number, full_name(number, year), _zone_of(text, zone, last_end), sure, quote, candidates)


def _by_township(text: str, province: str) -> Place:
    """Where no division is named: a township's name that exists in one county only (of the sender's province)."""
    found = _TOWNSHIP.search(text) if ("街道" in text or "镇" in text or "乡" in text or "办事处" in text) else None
    if not found:
        return Place("")
    counties = sorted(c for c in _township_counties(text) if not province or c[:2] == province[:2])
    if not counties:
        return Place("", quote=found[0])
    zone = _zone_of(text, "", 0)
    if zone and len({c[:4] for c in counties}) == 1 and counties[0][:4] + "00" in numbers():
        city = counties[0][:4] + "00"
        return Place(city, full_name(city), zone, 0.8, found[0], (city, *counties))
    if len(counties) == 1:
        return Place(counties[0], full_name(counties[0]), "", 0.9 if province else 0.8, found[0], tuple(counties))
    same_city = len({c[:4] for c in counties}) == 1
    number = counties[0][:4] + "00" if same_city and counties[0][:4] + "00" in numbers() else ""
    return Place(number, full_name(number), "", 0.7 if number else 0.0, found[0], tuple(counties))
