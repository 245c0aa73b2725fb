"""Public cases -> what machines read of them: JSON-LD, feed, sitemap; figures -> rows of a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import _json_script_escapes
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.engine.figures import ABOUT
from zhengping.engine.record import Figure
from zhengping.server.audit.templatetags.words import called, language
from zhengping.server.call.models import LICENCES, Edition
from zhengping.server.call.records import address
from zhengping.server.library.models import Entry

SITEMAP = 20_000  # addresses in one file; the protocol allows 50,000
HIDDEN = ("total", "provinces", "absent", "missing", "edition")
COLOURS = ("#eef1f5", "#dbe9f6", "#bdd7ee", "#8fbde0", "#5b9bd0")


def link(entry: Entry) -> str:
    """The stable address of a case."""
    return address(reverse("library:case", args=[entry.edition.slug, entry.number]))


def described(entry: Entry, theme: str) -> SafeString:
    """A case in the words of schema.org, as JSON that no text can break out of."""
    words = {
        "@context": "https://schema.org", "@type": "Article", "headline": entry.title, "url": link(entry), "inLanguage": "zh-CN", "abstract": entry.summary,
        "author": {"@type": "Organization", "name": entry.unit}, "datePublished": entry.published_at.date().isoformat(), "award": entry.award, "about": theme,
        "isPartOf": {"@type": "Collection", "name": entry.edition.name, "publisher": [{"@type": "Organization", "name": host} for host in entry.edition.hosts]},
        "spatialCoverage": entry.place, "license": licence(entry.edition)[1], "identifier": f"{entry.edition.slug}/{entry.number}",
    }  # fmt: skip
    text = json.dumps({name: value for name, value in words.items() if value}, ensure_ascii=False)
    return mark_safe(text.translate(_json_script_escapes))


def licence(edition: Edition) -> tuple[str, str]:
    """The licence of an edition's cases: name and address, both empty where all rights are reserved."""
    name = dict(LICENCES).get(edition.licence, "") if edition.licence else ""
    return (str(name), f"https://creativecommons.org/licenses/{edition.licence}/4.0/") if edition.licence else ("", "")


def feed(entries: Iterable[Entry], title: str) -> bytes:
    """An Atom feed (RFC 4287) of cases."""
    home = address(reverse("library:index"))
    made = Atom1Feed(title=title, link=home, description=title, language="zh-CN", feed_url=address(reverse("library:feed")))
    for entry in entries:
        made.add_item(
            title=entry.title, link=link(entry), description=entry.summary, author_name=entry.unit, unique_id=link(entry), pubdate=entry.published_at, updateddate=entry.published_at,
            categories=[entry.award],
        )  # fmt: skip
    return made.writeString("utf-8").encode()


def sitemap(addresses: Iterable[tuple[str, str]]) -> bytes:
    """A sitemap (sitemaps.org) of addresses and days."""
    rows = "".join(f"<url><loc>{escape(where)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for where, day in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()


def sitemaps(addresses: Iterable[str]) -> bytes:
    """The index of sitemaps."""
    rows = "".join(f"<sitemap><loc>{escape(where)}</loc></sitemap>" for where in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode()


# --- figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a row of a page: its name, its value, the width of its bar out of 200, the address of its cases ("" for none)."""

    label: str
    value: int
    width: int
    link: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A provincial unit in the grid; without a count it was not invited and sent nothing."""

    name: str
    x: int
    y: int
    count: int | None
    colour: str
    link: str


def where(door: str, slug: str, figure: Figure) -> str:
    """The address of the list of a figure's cases."""
    return f"{reverse(door, args=[slug, figure.about])}?{urlencode({'key': figure.key})}" if figure.cases else ""


def groups(found: Sequence[Figure], door: str, slug: str, themes: dict[str, str]) -> list[tuple[str, str, list[Bar]]]:
    """Figures by what they count: key, name and bars; those of which no case has a value are left out."""
    made = []
    for about in ABOUT:
        rows = [figure for figure in found if figure.about == about]
        if about in HIDDEN or not any(figure.key and figure.value for figure in rows):
            continue
        most = max(figure.value for figure in rows) or 1
        bars = [Bar(label(figure, themes), figure.value, round(200 * figure.value / most), where(door, slug, figure)) for figure in rows if figure.value]
        made.append((about, ABOUT[about][language() == "en"], bars))
    return made


def label(figure: Figure, themes: dict[str, str]) -> str:
    """The name of a figure in the language of the page."""
    if figure.about in ("theme", "themes") and figure.key in themes:
        return themes[figure.key]
    known = {"未标明": _("未标明"), "来稿": _("来稿"), "重点推荐": _("重点推荐"), "一般": _("一般"), "列出做法": _("列出做法"), "列出问题": _("列出问题"), "列出成效": _("列出成效")}
    return known.get(figure.label) or called(figure.label)


def tiles(found: Sequence[Figure], door: str, slug: str) -> list[Tile]:
    """The tile map of the cases of each provincial unit."""
    counted = {figure.key: figure for figure in found if figure.about == "province"}
    asked = {figure.key for figure in found if figure.about == "missing"} | set(counted)
    most = max((figure.value for figure in counted.values()), default=0) or 1
    made = []
    for body in tables.bodies():
        figure = counted.get(body.number)
        value = figure.value if figure else 0 if body.number in asked else None
        step = 0 if not value else min(4, 1 + (4 * value - 1) // most)
        name = body.english if language() == "en" else body.short
        made.append(Tile(name, body.column * 62, body.row * 50, value, COLOURS[step], where(door, slug, figure) if figure else ""))
    return made
