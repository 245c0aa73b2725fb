"""Pairs of texts -> one .html file that shows each pair side by side, the passages in common marked; no script, it prints, keyboard and narrow screens do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f8fafc;color:#111827;font:16px/1.8 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;background:#fff}
h1{font-size:1.5rem;line-height:1.4}h2{font-size:1.1rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:2px solid #cbd5e1}
p.note{color:#4b5563}a{color:#1d4ed8}a:focus-visible{outline:2px solid #1d4ed8;outline-offset:2px}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;line-height:1.5;width:100%}
th,td{border:1px solid #cbd5e1;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#f1f5f9;white-space:nowrap}
td.n{text-align:right;white-space:nowrap}td.k{white-space:nowrap}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1.25rem}
.pair>div{min-width:0;border:1px solid #e2e8f0;border-radius:4px;padding:.6rem .9rem}
.who{margin:0 0 .5rem;color:#4b5563;font-size:.9rem}.who b{color:#111827;font-size:1rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
mark{background:#fde68a;color:inherit;padding:.1em 0}mark a{font-size:.75em;vertical-align:super;text-decoration:none;padding:0 .2em}
mark:target{background:#fdba74;outline:2px solid #c2410c}.left{color:#4b5563;background:#f1f5f9;padding:0 .4em}
@media(max-width:44rem){.pair{grid-template-columns:1fr}}
@media print{body,main{background:#fff}main{max-width:none;padding:0}body{font-size:11px}h2{break-after:avoid}mark{border-bottom:1px solid #000}.back{display:none}}
"""
_WORDS = {
    "zh": {
        "none": "没有发现需要核对的相同文字。",
        "count": "共 {count} 对案例有较多相同文字,按相同比例从高到低排列。黄色为双方都有的文字,点击其编号可跳到对方的同一处。",
        "cut": "第 {count} 对以后只显示相同文字及其前后文。",
        "left": "略去 {count} 字",
        "back": "返回目录",
        "pair": "第 {at} 对",
        "share": "相同比例 {share}",
        "passage": "相同文字 {at},查看对方",
        "heads": ("序号", "案例", "对照案例", "种类", "相同比例"),
    },
    "en": {
        "none": "No text in common that needs looking at was found.",
        "count": "{count} pairs of cases have much text in common, the largest share first. What both have is yellow; its number leads to the other side.",
        "cut": "After pair {count} only the passages in common and what stands around them are shown.",
        "left": "{count} characters left out",
        "back": "Back to the list",
        "pair": "Pair {at}",
        "share": "share in common {share}",
        "passage": "passage {at}, see the other side",
        "heads": ("Pair", "Case", "Other case", "Kind", "Share"),
    },
}
_WHOLE = 200  # pairs whose texts are shown whole
_LONGEST = 20_000  # characters of a text shown whole
_AROUND = 60  # characters shown around a passage otherwise


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a pair: how it is called, its title, its unit, and the passages in common as (start, end), in the same order on both sides."""

    name: str
    title: str
    unit: str
    text: str = field(repr=False)
    passages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Two texts, in words what they have in common, and its share of the shorter."""

    first: Side
    second: Side
    kind: str
    share: float


class Pages:
    """Writes the page of a title in "zh" or "en"."""

    def __init__(self, title: str, language: str = "zh") -> None:
        self._title = title
        self._language = "zh-CN" if language == "zh" else "en"
        self._words = _WORDS["zh" if language == "zh" else "en"]

    def page(self, pairs: Sequence[Sides]) -> bytes:
        """The bytes of the page (UTF-8): a list of all pairs, then each pair. All text is escaped; nothing is loaded from anywhere."""
        title = escape(self._title)
        head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title><style>{_STYLE}</style>'
        note = self._say("count", count=len(pairs)) if pairs else self._say("none")
        note += self._say("cut", count=_WHOLE) if len(pairs) > _WHOLE else ""
        body = [f'<h1 id="top">{title}</h1><p class="note">{note}</p>']
        body += [self._index(pairs)] if pairs else []
        body += [self._pair(at, sides) for at, sides in enumerate(pairs, 1)]
        page = f'<!DOCTYPE html>\n<html lang="{self._language}"><head>{head}</head>\n<body><main>\n' + "\n".join(body) + "\n</main></body></html>\n"
        return page.encode("utf-8", "replace")

    def _say(self, key: str, **values: object) -> str:
        return str(self._words[key]).format(**values)

    def _index(self, pairs: Sequence[Sides]) -> str:
        heads = "".join(f'<th scope="col">{word}</th>' for word in self._words["heads"])
        rows = "".join(
            f'<tr><td class="n"><a href="#pair{at}">{at}</a></td><td>{_called(p.first)}</td><td>{_called(p.second)}</td><td class="k">{escape(p.kind)}</td>'
            f'<td class="n">{p.share:.0%}</td></tr>\n'
            for at, p in enumerate(pairs, 1)
        )
        return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>'

    def _pair(self, at: int, sides: Sides) -> str:
        head = f"{self._say('pair', at=at)} · {escape(sides.kind)} · {self._say('share', share=format(sides.share, '.0%'))}"
        is_whole = at <= _WHOLE and max(len(sides.first.text), len(sides.second.text)) <= _LONGEST
        columns = "".join(
            f'<div><p class="who">{escape(side.name)} · {escape(side.unit)}<br><b>{escape(side.title)}</b></p>'
            f'<div class="text">{self._text(side, f"p{at}{own}", f"p{at}{other}", is_whole)}</div></div>'
            for side, own, other in ((sides.first, "a", "b"), (sides.second, "b", "a"))
        )
        back = f'<p class="back"><a href="#top">{self._say("back")}</a></p>'
        return f'<section aria-labelledby="pair{at}"><h2 id="pair{at}">{head}</h2><div class="pair">{columns}</div>{back}</section>'

    def _text(self, side: Side, own: str, other: str, is_whole: bool) -> str:
        """The text with its passages marked, in the order in which they stand in it; overlapping ones are marked once."""
        order = sorted(range(len(side.passages)), key=lambda number: side.passages[number])
        made, at = [], 0
        for number in order:
            start, end = max(at, side.passages[number][0]), side.passages[number][1]
            made.append(self._between(side.text[at:start], is_whole, not at, False))
            words = escape(side.text[start:end]) if is_whole or end - start < 10 * _AROUND else self._between(side.text[start:end], False, False, False)
            label = self._say("passage", at=number + 1)
            link = f'<a href="#{other}{number}" aria-label="{label}">{number + 1}</a>'
            made.append(f'<mark id="{own}{number}">{link}{words}</mark>')
            at = max(at, end)
        made.append(self._between(side.text[at:], is_whole, False, True))
        return "".join(made)

    def _between(self, text: str, is_whole: bool, is_first: bool, is_last: bool) -> str:
        """Words outside of passages, the middle left out where the text is not shown whole."""
        if is_whole or len(text) <= 3 * _AROUND:
            return escape(text)
        before, after = "" if is_first else text[:_AROUND], "" if is_last else text[-_AROUND:]
        left = self._say("left", count=len(text) - len(before) - len(after))
        return f'{escape(before)}<span class="left">{left}</span>{escape(after)}'


def _called(side: Side) -> str:
    return "<br>".join(escape(word) for word in (f"{side.name} {side.title}".strip(), side.unit) if word)
