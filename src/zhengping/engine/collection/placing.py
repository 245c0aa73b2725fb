"""A case and the blocks of its original document -> the blocks to print: the case's own words, with the tables and pictures where they stood between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from zhengping.engine.record import Block, Case, Omission
from zhengping.engine.text import personal, plain

_STRANGE = 40  # characters of a line that is not the case's: what stands beyond it belongs to something else
_CAPTION = re.compile(r"^(?:附?[图表]|照片)\s*[\d一二三四五六七八九十]*[-—.\d]*[:：、.\s]?.{0,40}$")
_SUBHEADING = re.compile(r"^(?:[（(][一二三四五六七八九十]{1,3}[)）].{2,40}|(?:第?[一二三四五六七八九十]{1,3}[、.．]).{2,40})$")


def own(case: Case) -> list[Block]:
    """A case's headings and paragraphs as blocks, in order."""
    headings: dict[int, list[str]] = {}
    for part in case.parts:
        headings.setdefault(part.first, []).append(part.heading)
    found = []
    for at, text in enumerate(case.paragraphs):
        found += [Block("heading", heading) for heading in headings.get(at, ()) if heading]
        found += [Block("heading" if _is_subheading(text) else "line", line.strip()) for line in text.split("\n") if line.strip()]
    return found


def _is_subheading(text: str) -> bool:
    return bool(_SUBHEADING.match(text)) and not re.search(r"[。；;，,：:]$", text)


def placed(case: Case, original: Sequence[Block] = (), edited: Case | None = None) -> tuple[tuple[Block, ...], tuple[Omission, ...]]:
    """The blocks of a case, and what of its original is not among them. Where an editor changed its text, `edited` holds the words to print.

    Words are the case's alone (they were corrected and are free of personal data). A table or picture stands after the same words as in the original; one
    that is parted from the case's words by a long line of something else (a cover letter, a pledge, another case of a compilation) is left out and told, and so
    are the case's other files (forms, proofs, photographs), of which nothing is printed.
    """
    words = own(case)
    found = _positions(words, original)
    original = _named(original, found)
    taken = _in_tables(words, original, found)
    made: dict[int, list[Block]] = {}
    omissions = [Omission(case.number, block.text, block.values) for block in original if block.kind == "left"]
    outside = {"picture": 0, "table": 0}
    for at, block in enumerate(original):
        if block.kind not in ("picture", "table", "caption"):
            continue
        where = _where(at, original, found, bool(words))
        if where is not None:
            made.setdefault(where, []).append(block)
        elif block.kind in outside:
            outside[block.kind] += 1
    if len(case.documents) > 1:
        omissions.append(Omission(case.number, "left-files", (("count", str(len(case.documents) - 1)),)))
    omissions += [Omission(case.number, f"left-outside-{kind}", (("count", str(count)),)) for kind, count in outside.items() if count]
    if edited is not None:
        told = {_key(words[at].text) for at in taken}
        ours, words = words, own(edited)
        taken = {at for at, block in enumerate(words) if _key(block.text) in told}
        made = _moved(made, ours, words)
    printed = list(made.get(0, ()))
    for at, block in enumerate(words, 1):
        if at - 1 not in taken:
            printed.append(block)
        printed += made.get(at, ())
    return tuple(_captioned(printed)), _counted(omissions)


def _moved(made: dict[int, list[Block]], old: Sequence[Block], new: Sequence[Block]) -> dict[int, list[Block]]:
    """Blocks by the number of words before them, put at the same place of an edited text: between words that stayed, at the same share of those that were changed."""
    steps = SequenceMatcher(None, [_key(block.text) for block in old], [_key(block.text) for block in new], autojunk=False).get_opcodes()
    found: dict[int, list[Block]] = {}
    for at in sorted(made):
        a, b, c, d = next(((a, b, c, d) for _step, a, b, c, d in steps if a < at <= b), (0, 0, 0, 0))
        place = c + (at - a if b - a == d - c else round((at - a) * (d - c) / (b - a))) if b else 0
        found.setdefault(place, []).extend(made[at])
    return found


def _key(text: str) -> str:
    return re.sub(r"\W", "", plain(personal.mask(text)[0]))


def _positions(words: Sequence[Block], original: Sequence[Block]) -> dict[int, int]:
    """Index in the original -> index in the words, both rising; headings may have lost a bracket at their end."""
    lines = [at for at, block in enumerate(original) if block.kind in ("line", "heading")]
    theirs = [_key(original[at].text) for at in lines]
    ours = [_key(block.text) for block in words]
    known = set(ours)
    for at, key in enumerate(theirs):
        if key not in known:
            bare = _key(re.sub(r"[（(][^（）()]{2,60}[)）]$", "", original[lines[at]].text))
            theirs[at] = bare if bare in known else key
    pairs = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    return {lines[a + step]: b + step for a, b, size in pairs for step in range(size) if ours[b + step]}


def _named(original: Sequence[Block], found: dict[int, int]) -> list[Block]:
    """The original with the names of its pictures and tables as captions, also where the case's text has lost them."""
    made = list(original)
    for at, block in enumerate(made):
        beside = {made[place].kind for place in (at - 1, at + 1) if 0 <= place < len(made)}
        if at not in found and block.kind == "line" and len(block.text) <= 48 and _CAPTION.match(block.text) and beside & {"picture", "table"}:
            made[at] = replace(block, kind="caption", text=personal.mask(block.text)[0])
    return made


def _in_tables(words: Sequence[Block], original: Sequence[Block], found: dict[int, int]) -> set[int]:
    """Indices of words that stand in a table that will be printed as one, so that they are not told twice."""
    taken: set[int] = set()
    used = set(found.values())
    for at, block in enumerate(original):
        if block.kind != "table" or _where(at, original, found, bool(words)) is None:
            continue
        keys = {_key(line) for row in block.cells for cell in row for line in cell.text.split("\n")}
        low, high = _around(at, found, len(words))
        taken |= {place for place in range(low, high) if place not in used and _key(words[place].text) in keys}
    return taken


def _around(at: int, found: dict[int, int], end: int) -> tuple[int, int]:
    before = [place for place in found if place < at]
    after = [place for place in found if place > at]
    return (found[max(before)] + 1 if before else 0), (found[min(after)] if after else end)


def _where(at: int, original: Sequence[Block], found: dict[int, int], has_words: bool) -> int | None:
    """After how many of the words a block stands; None where something else lies between it and them on both sides."""
    if not found:
        return None if has_words else 0
    before = next((place for place in range(at - 1, -1, -1) if place in found), None)
    after = next((place for place in range(at + 1, len(original)) if place in found), None)
    if before is not None and (not _strange(original[before + 1 : at]) or (after is not None and found[after] == found[before] + 1)):
        return found[before] + 1
    if after is not None and not _strange(original[at + 1 : after]):
        return found[after]
    return None


def _strange(between: Iterable[Block]) -> bool:
    return any(block.kind in ("line", "heading") and (len(block.text) >= _STRANGE or re.search(r"承诺|审核意见|推荐意见|身份证", block.text)) for block in between)


def _captioned(blocks: Sequence[Block]) -> list[Block]:
    """Lines such as 图1 … after a picture and 表1 … before a table are their captions."""
    made = list(blocks)
    for at, block in enumerate(made):
        if block.kind in ("line", "heading") and len(block.text) <= 48 and _CAPTION.match(block.text):
            before, after = made[at - 1] if at else None, made[at + 1] if at + 1 < len(made) else None
            if (before and before.kind in ("picture", "table")) or (after and after.kind in ("picture", "table")):
                made[at] = replace(block, kind="caption")
    return made


def _counted(omissions: Iterable[Omission]) -> tuple[Omission, ...]:
    """Each reason once, with how often where it has no number of its own."""
    held: dict[Omission, int] = {}
    for one in omissions:
        held[one] = held.get(one, 0) + 1
    return tuple(replace(one, values=(*one.values, ("count", str(count)))) if "count" not in dict(one.values) else one for one, count in held.items())
