"""Article -> one .html file that needs nothing else: each sentence opens its sources; it prints, and reads on a narrow screen."""

from __future__ import annotations

import re
from html import escape

from zhengping.engine.rendering.article import SIGNS, Article, Block, Box, Heading, Picture, Rows, Span
from zhengping.engine.rendering.charts import to_svg

_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f8fafc;color:#111827;font:17px/1.9 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:46rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;background:#fff}
h1{font-size:1.6rem;line-height:1.4;text-align:center}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1.05rem}
p{margin:.6rem 0;text-align:justify;text-indent:2em}p.note{text-align:center;text-indent:0;color:#4b5563}
figure{margin:1.5rem 0;overflow-x:auto}figure svg{max-width:100%;height:auto}figcaption{color:#4b5563;font-size:.9rem}
table{border-collapse:collapse;font-size:.9rem;line-height:1.5}th,td{border:1px solid #cbd5e1;padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:#f1f5f9;white-space:nowrap}td.n{text-align:right}
.s{border:0;padding:0;font:inherit;color:inherit;background:none;text-decoration:underline dotted #94a3b8 1px;text-underline-offset:.3em;cursor:pointer}
.s:hover,.s[aria-expanded=true]{background:#dbeafe}.s:focus-visible{outline:2px solid #1d4ed8}
.o{margin:.4rem 0;padding:.5rem .9rem;background:#f1f5f9;border-left:3px solid #2563eb;font-size:.88rem;line-height:1.6;text-indent:0}
.o ul{margin:0;padding-left:1.1rem}
@media print{body,main{background:#fff}.s{text-decoration:none}.o{display:none}main{max-width:none}}
"""
_BOXES = """
.box{border:2px solid #94a3b8;border-radius:6px;padding:.8rem 1.1rem;margin:1.2rem 0;background:#f8fafc;break-inside:avoid}
.box strong{font-size:1.15rem}.box ul{list-style:none;margin:.5rem 0 0;padding:0;line-height:1.6;font-size:.95rem}
.box li{padding-left:1.6rem;text-indent:-1.6rem;margin:.25rem 0}.box li>span{display:inline-block;width:1.6rem;text-indent:0;font-weight:bold}
.box.good{border-color:#15803d;background:#f0fdf4}.box.look{border-color:#b45309;background:#fffbeb}.box.bad{border-color:#b91c1c;background:#fef2f2}
.ggood{color:#15803d}.glook{color:#b45309}.gbad{color:#b91c1c}
table{width:100%}td:first-child{min-width:5.5em}figure{break-inside:auto}tr{break-inside:avoid}h2,h3{break-after:avoid}
@media print{body{font-size:14px}.box{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
_TONES = {"+": "good", "!": "look", "-": "bad", "": "plain"}
_NUMBER = re.compile(r"[+−-]?[\d,.]+%?")
_SCRIPT = """
document.addEventListener("click",function(e){var s=e.target.closest(".s");if(!s)return;open_(s)});
document.addEventListener("keydown",function(e){if(!e.target.classList.contains("s"))return;
if(e.key==="Enter"||e.key===" "){e.preventDefault();open_(e.target)}});
function open_(s){var o=document.getElementById(s.getAttribute("aria-controls"));o.hidden=!o.hidden;s.setAttribute("aria-expanded",String(!o.hidden))}
"""
_HINT = {"zh": "点击带虚线的句子,可查看每个数字、地点和引语的出处。", "en": "Open a dotted sentence to see where its numbers, places and quotations come from."}


def page(article: Article) -> bytes:
    """The bytes of a page (UTF-8). All text is escaped; nothing is loaded from anywhere."""
    count = iter(range(1, 1_000_000))
    body = [f"<h1>{escape(article.title)}</h1>"]
    body += [f'<p class="note">{escape(article.note)}</p>'] if article.note else []
    if any(span.notes for block in article.blocks for span in getattr(block, "spans", ())):
        body.append(f'<p class="note">{_HINT["zh" if article.language.startswith("zh") else "en"]}</p>')
    body += [_block(block, count) for block in article.blocks]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(article.title)}</title>'
    style = _STYLE + (_BOXES if any(isinstance(block, Box) for block in article.blocks) else "")
    text = f'<!DOCTYPE html>\n<html lang="{article.language}"><head>{head}<style>{style}</style></head>\n<body><main>\n'
    return (text + "\n".join(body) + f"\n</main><script>{_SCRIPT}</script></body></html>\n").encode()


def _block(block: Block, count: object) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
    if isinstance(block, Picture):
        caption = escape(block.caption)
        return f'<figure role="img" aria-label="{caption}">{to_svg(block.chart)}<figcaption>{caption}</figcaption></figure>'
    if isinstance(block, Rows):
        return _table(block)
    if isinstance(block, Box):
        lines = "".join(f'<li><span class="g{_TONES[sign]}" aria-hidden="true">{SIGNS[sign]}</span>{escape(line)}</li>' for sign, line in block.lines)
        return f'<section class="box {_TONES[block.tone]}"><strong>{escape(block.title)}</strong><ul>{lines}</ul></section>'
    pairs = [_span(span, count) for span in block.spans]
    return f"<p>{''.join(said for said, _ in pairs)}</p>" + "".join(notes for _, notes in pairs)


def _span(span: Span, count: object) -> tuple[str, str]:
    """The words, and the box of their sources that follows the paragraph."""
    if not span.notes:
        return escape(span.text), ""
    name = f"o{next(count)}"  # type: ignore[call-overload]
    items = "".join(f"<li>{escape(note)}</li>" for note in span.notes)
    said = f'<span class="s" role="button" tabindex="0" aria-expanded="false" aria-controls="{name}">{escape(span.text)}</span>'
    return said, f'<div class="o" id="{name}" hidden><ul>{items}</ul></div>'


def _table(block: Rows) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.head)
    rows = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in block.cells)
    caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
    return f"<figure>{caption}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></figure>"


def _cell(cell: str) -> str:
    return f'<td class="n">{cell}</td>' if _NUMBER.fullmatch(cell) else f"<td>{escape(cell)}</td>"
