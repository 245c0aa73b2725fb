"""Every page, in both languages and widths: no violation that axe knows, nothing wider than the screen, no word of anger in the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.journeys import site

# No pages: files, answers to forms, and what is told elsewhere.
ELSEWHERE = {
    "openapi-json", "api-root",
    "call:notice_file", "call:form_file", "call:code", "language", "submission:receipt", "submission:replace", "submission:withdraw", "submission:own_file",
    "roundup:draft", "roundup:check", "roundup:aid", "roundup:hold", "roundup:word", "roundup:download", "roundup:collection_file", "roundup:public_file", "submission:bulk", "submission:original", "judging:poll_sheet", "desk:export", "desk:figures_file", "desk:originals", "screening:request", "screening:sheet", "screening:summary", "screening:take_over",
    "judging:judges_template", "judging:save", "judging:workbook_file", "judging:workbook_of", "judging:workbooks_zip", "decision:sheet",
    "library:figures_file", "library:feed", "library:sitemaps", "library:sitemap", "library:robots",
    "publication:notice_file", "publication:results_file", "publication:signing", "publication:own_certificate", "publication:preview", "publication:evidence", "publication:certificates_zip",
}  # fmt: skip
NEEDS_OBJECT = dict.fromkeys(("draft", "numbered", "word", "intake", "join", "forward", "objection", "hearing", "certificate", "vote"), "x") | dict.fromkeys(("number", "public", "case", "batch", "match", "task", "sheet", "discussed"), "1")


def _names(patterns=None, before=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, f"{before}{pattern.namespace}:" if pattern.namespace else before)
        elif isinstance(pattern, URLPattern) and pattern.callback.__module__.startswith("zhengping.server."):
            yield before + (pattern.name or "")


def test_the_list_of_pages_is_whole():
    words = {**NEEDS_OBJECT, "sealed": "320000", "verify": "1/x"}
    listed = {resolve(address.split("?")[0]).view_name for who, address in site.pages(words) if not address.startswith("/nothing")}

    assert set(_names()) - ELSEWHERE - listed == set()


def test_no_page_bars_anybody(opened, demonstration):
    from axe_playwright_python.sync_playwright import Axe

    axe, wrong, seen = Axe(), [], 0
    expected = {"/nothing-here/": 404, "/k/x/": 404, "/v/1/x/": 404, "/c/sample-4/vote/x/": 404}
    for page, who, name, language, width, status, said in site.shown(opened, *demonstration):
        seen += 1
        here = (name, who, language, width)
        if said or status != expected.get(name, 403 if who == "unit" and name == site.ORGANISER else 200):
            wrong.append((*here, status, said))
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            wrong.append((*here, f"{wide} pixels wide"))
        broken = page.evaluate("Array.from(document.images).filter(i => !i.naturalWidth).map(i => i.src)")
        wrong += [(*here, "a picture that does not show", source) for source in broken]
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        wrong += [(*here, one["id"], node["target"], node["html"][:120]) for one in found for node in one["nodes"][:3]]

    assert seen == len(site.pages(demonstration[1])) * len(site.LANGUAGES) * len(site.WIDTHS)
    assert wrong == [], "\n".join(map(str, wrong[:40]))
