"""Case -> findings: masked characters, lost numbers, years and months, doubled words, missing and over-long parts, cut-off ends.

Every finding is a question to a person: nothing is changed, and a number is never suggested.
"""

from __future__ import annotations

import re

from zhengping.engine.proofreading.damage import damage
from zhengping.engine.proofreading.wording import Wording, built_in, worded, wording
from zhengping.engine.record import Case, Edition, Finding, PartRule
from zhengping.engine.text import length

__all__ = ["Wording", "built_in", "proofread", "wording"]


def proofread(case: Case, edition: Edition | None = None, table: Wording | None = None) -> tuple[Finding, ...]:
    """All findings of a case in the order of its text, those about the case as a whole first; those of wording where a `table` of it is given.

    Lengths are characters as Word counts them. 以内 and 不超过 are exceeded by one character more, 左右 by a tenth more.
    """
    edition = edition or Edition()
    found = [*_missing(case), *_parts(case, edition), *damage(case.number, -1, case.title)]
    found += [f for index, text in enumerate(case.paragraphs) for f in damage(case.number, index, text) if not _goes_on(case.paragraphs, f)]
    found += [*_ordinals(case), *_cut_off(case), *_repeated(case)]
    found += worded(case, table) if table else []
    return tuple(sorted(found, key=lambda finding: (finding.paragraph, finding.start, finding.kind)))


def _goes_on(paragraphs: tuple[str, ...], finding: Finding) -> bool:
    """Whether the number that seems lost stands at the end of the paragraph before: a line that was parted by mistake."""
    before = paragraphs[finding.paragraph - 1].rstrip() if finding.paragraph > 0 else ""
    return finding.start == 0 and finding.kind.startswith("lost-") and before[-1:].isdigit()


def _missing(case: Case) -> list[Finding]:
    found = []
    if not case.title:
        found.append(Finding(case.number, "title-missing", "error"))
    if not case.unit:
        found.append(Finding(case.number, "unit-missing", "error"))
    if sum(map(len, case.paragraphs)) < 100:
        found.append(Finding(case.number, "text-missing", "error"))
    return found


def is_over(size: int, limit: int, rule: str) -> bool:
    """Whether `size` characters break a limit worded `rule` ("以内", "不超过" or "左右", which allows a tenth more).

    >>> is_over(320, 300, "以内"), is_over(320, 300, "左右")
    (True, False)
    """
    return limit > 0 and size > (limit * 1.1 if rule == "左右" else limit)


def _parts(case: Case, edition: Edition) -> list[Finding]:
    found = []
    for rule in edition.parts:
        having = [part for part in case.parts if part.kind == rule.kind]
        size = sum(length("".join(case.paragraphs[part.first : part.last])) for part in having)
        if rule.required and not size and case.parts:
            found.append(Finding(case.number, "part-missing", "warning", values=(("part", rule.name),)))
        elif is_over(size, rule.limit, rule.rule):
            first = having[0].first
            found.append(Finding(case.number, "part-too-long", "notice", paragraph=first, values=_over(rule, size)))
    size = length(case.text)
    if is_over(size, edition.limit, edition.limit_rule):
        values = (("length", str(size)), ("rule", edition.limit_rule), ("limit", str(edition.limit)))
        found.append(Finding(case.number, "text-too-long", "notice", values=values))
    return found


def _over(rule: PartRule, size: int) -> tuple[tuple[str, str], ...]:
    return ("part", rule.name), ("length", str(size)), ("rule", rule.rule), ("limit", str(rule.limit))


_NUMERALS = "一二三四五六七八九十"


def _ordinals(case: Case) -> list[Finding]:
    """二是 without 一是 before it (in its own or the four paragraphs above)."""
    found = []
    for index, text in enumerate(case.paragraphs):
        for place, numeral in enumerate(_NUMERALS[1:6], 1):
            start = text.find(numeral + "是")
            if start < 0 or not _begins_item(text, start):
                continue
            before = "".join(case.paragraphs[max(0, index - 4) : index]) + text[:start]
            if not any(word in before for word in _before(_NUMERALS[place - 1])):
                quote = text[start : start + 12]
                found.append(Finding(case.number, "missing-ordinal", "warning", quote, index, start, start + len(quote)))
    return found


def _begins_item(text: str, start: int) -> bool:
    return start == 0 or text[start - 1] in "。；;：:，, 　"


def _before(numeral: str) -> tuple[str, ...]:
    return (numeral + "是", numeral + "要", f"（{numeral}）", numeral + "、", *(("首先",) if numeral == "一" else ()))


_ENDS = "。！？!?”」）)》…;；.:："
_SIGNATURE = re.compile(r"(?:部|局|委|院|校|司|府|会|处|办|室|心|站|队|所|团|社|镇|乡|街道|日|月|年|摄|供稿|公司|大学|学院)$|^(?:作者|联系|电话|附件|撰稿|来源|责任编辑|编辑|单位|报送|邮箱|地址|注)|\d{4}\s*年|^[\d\W]+$")


def _cut_off(case: Case) -> list[Finding]:
    """The last paragraph of the text if it stops in mid-sentence; signatures, dates and notes are passed over."""
    for index in range(len(case.paragraphs) - 1, max(-1, len(case.paragraphs) - 6), -1):
        text = case.paragraphs[index].rstrip()
        is_note = bool(text) and (text[0] in "*注" or (text[0] in "（(【[〔" and text[-1] in "）)】]〕"))
        if not text or is_note or (len(text) < 20 and not re.search("[，、；]", text) and _SIGNATURE.search(text)):
            continue
        if text[-1] in _ENDS or text.endswith(("〕", "】", "]")):
            return []
        if len(text) < 12 and not re.search("[，、；]", text) and index:  # a heading that stands last
            before = case.paragraphs[index - 1].rstrip()
            if len(before) < 20 or before[-1:] not in _ENDS:
                continue
        quote = text[-12:]
        return [Finding(case.number, "cut-off", "error", quote, index, len(text) - len(quote), len(text))]
    return []


def _repeated(case: Case) -> list[Finding]:
    """Paragraphs of thirty characters or more that stand twice."""
    seen: dict[str, int] = {}
    found = []
    for index, text in enumerate(case.paragraphs):
        if len(text) < 30:
            continue
        if text in seen:
            values = (("first", str(seen[text] + 1)), ("second", str(index + 1)))
            found.append(Finding(case.number, "repeated-paragraph", "warning", text[:20], index, 0, len(text), values=values))
        seen.setdefault(text, index)
    return found
