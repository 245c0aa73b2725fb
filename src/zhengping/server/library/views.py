"""The public library: lists, cases, figures, and what machines read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.engine.figures import ABOUT, find, sheet
from zhengping.engine.record import Figure
from zhengping.engine.rendering import workbook
from zhengping.engine.text import grams
from zhengping.server.audit.templatetags.words import called, language
from zhengping.server.call.models import Edition
from zhengping.server.call.records import address
from zhengping.server.call.rules import door
from zhengping.server.library import forms, queries, records
from zhengping.server.library.models import Entry
from zhengping.server.roundup import queries as article
from zhengping.server.submission.records import Span, laid_out

PAGE = 20
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Counted(Paginator):
    """Pages of rows whose number is remembered."""

    def __init__(self, rows, size: int, counted: queries.Counted):
        super().__init__(rows, size)
        self.__dict__["count"], self.is_more = counted


def _listed(request, heading: str, **fixed: str) -> HttpResponse:
    choices = queries.choices()
    form = forms.SearchForm({**request.GET.dict(), **fixed}, choices=choices)
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name, "") for name in queries.FILTERS} | fixed
    words = form.cleaned_data.get("q", "").split()[:8]
    rows = queries.entries(words, **wanted)
    page = _Counted(rows, PAGE, queries.count(rows, words, wanted)).get_page(request.GET.get("page"))
    page.object_list = queries.shown(page.object_list, words)
    for name in fixed:
        del form.fields[name]
    words_of_page = {"heading": heading, "form": form, "page": page, "words": words, "is_filtered": bool(words or any(form.cleaned_data.get(name) for name in form.fields))}
    return render(request, "library/index.html", {**words_of_page, "fixed": fixed, "choices": choices})


@door("accounts.everyone", public=True)
def index(request):
    """All public cases: searched, filtered, paged."""
    return _listed(request, _("案例库"))


@door("accounts.everyone", public=True)
def theme(request, key):
    """The public cases of a theme."""
    names = queries.theme_names()
    if key not in names:
        raise Http404
    return _listed(request, names[key], theme=key)


@door("accounts.everyone", public=True)
def place(request, division):
    """The public cases of a province."""
    body = next((body for body in tables.bodies() if body.number == division), None)
    if body is None:
        raise Http404
    return _listed(request, called(body.name), province=division)


@door("accounts.everyone", public=True)
def case(request, slug, number):
    """A public case with its text, what it was awarded, and cases about like things."""
    edition = get_object_or_404(Edition, slug=slug)
    found = queries.entry(edition, number)
    if found is None:
        raise Http404
    text, held = queries.text_of(found, is_original="original" in request.GET)
    is_original = held is not None and "original" in request.GET
    words = tuple(request.GET.get("q", "").split()[:8])
    spans = [Span(at, begin, end) for at, paragraph in enumerate(text.paragraphs) for begin, end in grams.found(paragraph, words)]
    name = queries.theme_names().get(found.theme, found.theme)
    place_name = next((called(body.name) for body in tables.bodies() if body.number == found.province), "")
    licence, licence_link = records.licence(edition)
    shown = {
        "edition": edition, "entry": found, "lines": laid_out(text, spans), "theme": name, "similar": queries.similar(found), "described": records.described(found, name),
        "licence": licence, "licence_link": licence_link, "link": records.link(found), "place_name": place_name, "edited": held, "is_original": is_original, "title": found.submission.title if is_original else text.title if held else found.title,
    }  # fmt: skip
    return render(request, "library/case.html", shown)


@door("accounts.everyone", public=True)
def figures(request, slug):
    """What is counted of the public cases of an edition, and beside it the other editions."""
    edition, found = _figures_of(slug)
    editions, rows = queries.across()
    names = queries.theme_names()
    words = {
        "edition": edition, "total": find(found, "total"), "provinces": find(found, "provinces"), "tiles": records.tiles(found, "library:figure", slug),
        "groups": records.groups(found, "library:figure", slug, names), "editions": editions, "across": [(key, names[key], list(zip(editions, row, strict=True))) for key, row in rows],
        "has_article": article.published(edition) is not None,
    }  # fmt: skip
    return render(request, "library/figures.html", words)


def _figures_of(slug: str) -> tuple[Edition, tuple[Figure, ...]]:
    edition = get_object_or_404(Edition, slug=slug)
    if not (found := queries.public_figures(edition)):
        raise Http404
    return edition, found


@door("accounts.everyone", public=True)
def figure(request, slug, about):
    """The cases of a figure."""
    edition, counted = _figures_of(slug)
    found = find(counted, about, request.GET.get("key", ""))
    if found is None or about not in ABOUT:
        raise Http404
    page = Paginator(found.cases, 50).get_page(request.GET.get("page"))
    rows = {row.number: row for row in Entry.objects.filter(edition=edition, number__in=page.object_list)}
    page.object_list = [rows[number] for number in page.object_list if number in rows]
    name = ABOUT[about][language() == "en"]
    return render(request, "library/figure.html", {"edition": edition, "figure": found, "name": name, "label": records.label(found, queries.theme_names()), "page": page})


@door("accounts.everyone", public=True)
def figures_file(request, slug):
    """The figures of the public cases as .xlsx, each with the numbers of its cases."""
    _edition, found = _figures_of(slug)
    data = workbook([sheet(found, language())])
    return HttpResponse(data, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{slug}-figures.xlsx"'})


# --- machines --------------------------------------------------------------------------------------------------------


@door("accounts.everyone", public=True)
def feed(request):
    """The newest public cases as an Atom feed."""
    return HttpResponse(records.feed(queries.entries([])[:50], _("案例库")), content_type="application/atom+xml; charset=utf-8")


@door("accounts.everyone", public=True)
def sitemaps(request):
    """The index of sitemaps."""
    pages = max(1, -(-Entry.objects.count() // records.SITEMAP))
    return HttpResponse(records.sitemaps(address(reverse("library:sitemap", args=[at])) for at in range(1, pages + 1)), content_type="application/xml; charset=utf-8")


@door("accounts.everyone", public=True)
def sitemap(request, page):
    """The addresses of public cases, themes and places."""
    rows = list(queries.entries([])[(page - 1) * records.SITEMAP : page * records.SITEMAP])
    if page < 1 or (page > 1 and not rows):
        raise Http404
    found = [(records.link(row), row.published_at.date().isoformat()) for row in rows]
    if page == 1:
        choices = queries.choices()
        found = [
            (address(reverse("library:index")), ""),
            *((address(reverse("library:theme", args=[key])), "") for key, _name in choices["theme"]),
            *((address(reverse("library:place", args=[key])), "") for key, _name in choices["province"]),
            *((address(reverse("library:figures", args=[key])), "") for key, _name in choices["edition"]),
            *found,
        ]
    return HttpResponse(records.sitemap(found), content_type="application/xml; charset=utf-8")


@door("accounts.everyone", public=True)
def robots(request):
    """What search engines should read: the public pages."""
    text = f"User-agent: *\nDisallow: /o/\nDisallow: /p/\nDisallow: /j/\nDisallow: /d/\nDisallow: /s/\nDisallow: /account/\nSitemap: {address(reverse('library:sitemaps'))}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
