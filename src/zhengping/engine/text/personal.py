"""Personal data in a text: identity numbers, telephones, e-mail addresses, bank accounts; found, and replaced by typed masks."""

from __future__ import annotations

import re

from zhengping.engine.record import PersonalDatum

_ID = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:[（(]0\d{2,3}[)）]|0\d{2,3})[-—－ ]?[2-9]\d{6,7}(?:[-转]\d{1,5})?(?!\d)|(?<=电话[:：])\s?[2-9]\d{6,7}(?!\d)")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ACCOUNT = re.compile(r"(?:账\s?号|帐\s?号|卡\s?号|开户[^\d\n]{0,30})[:：]?\s?(\d[\d ]{11,24}\d)")
MASKS = {"id-number": "〔身份证号〕", "telephone": "〔电话〕", "e-mail": "〔邮箱〕", "bank-account": "〔银行账号〕", "person": "〔姓名〕"}


def is_id_number(text: str) -> bool:
    """Whether the check digit of an 18-digit citizen identity number is right (GB 11643-1999, ISO 7064 MOD 11-2).

    >>> is_id_number("11010519491231002X"), is_id_number("110105194912310021")
    (True, False)
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False))
    return len(text) == 18 and text[:17].isdigit() and "10X98765432"[total % 11] == text[17].upper()


def find(text: str, paragraph: int = -1) -> tuple[PersonalDatum, ...]:
    """All personal data of a text in order, none overlapping; offsets are of `text`."""
    spans: list[tuple[int, int, str]] = []
    spans += [(m.start(), m.end(), "id-number") for m in _ID.finditer(text) if is_id_number(m[0])]
    spans += [(m.start(1), m.end(1), "bank-account") for m in _ACCOUNT.finditer(text)]
    for kind, pattern in (("e-mail", _MAIL), ("telephone", _MOBILE), ("telephone", _LANDLINE)):
        spans += [(m.start(), m.end(), kind) for m in pattern.finditer(text)]
    found: list[PersonalDatum] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or start >= found[-1].end:
            found.append(PersonalDatum(kind, text[start:end].strip(), paragraph, start, end))
    return tuple(found)


def mask(text: str, paragraph: int = -1) -> tuple[str, tuple[PersonalDatum, ...]]:
    """The text with every personal datum replaced by its typed mask; offsets of the data are those of the masks in the new text.

    >>> mask("电话:13800000000。")[0]
    '电话:〔电话〕。'
    """
    if not re.search(r"\d{6}|@", text):
        return text, ()
    pieces: list[str] = []
    data: list[PersonalDatum] = []
    last = size = 0
    for datum in find(text, paragraph):
        word = MASKS[datum.kind]
        pieces += [text[last : datum.start], word]
        start = size + datum.start - last
        size = start + len(word)
        data.append(PersonalDatum(datum.kind, datum.value, paragraph, start, size))
        last = datum.end
    return "".join((*pieces, text[last:])), tuple(data)
