"""What the public finds, reads and counts."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from random import Random

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhengping.engine import tables
from zhengping.engine.text import likeness
from zhengping.engine.text.likeness import nearest
from zhengping.samples.prose import compose
from zhengping.server.call.models import Edition
from zhengping.server.library import operations, queries
from zhengping.server.library.models import Entry
from zhengping.server.publication.models import Correction, Listed, Notice, Result, Revocation
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Submission, Text


@pytest.fixture(autouse=True)
def fresh():
    """Nothing remembered from another test."""
    cache.clear()


@pytest.fixture
def results(edition, organiser, numbered):
    """Five of six cases awarded; the second unit did not consent."""
    now = timezone.now()
    notice = Notice.objects.create(edition=edition, number=1, days=5, counting="working", opened_at=now - timedelta(days=9), closes_at=now, decided="0", hash="0", by=organiser)
    for at, case in enumerate(numbered[:5], 1):
        Listed.objects.create(notice=notice, submission=case, place=at, award="一等奖" if at < 3 else "二等奖", title=case.title, unit=case.unit)
    Submission.objects.filter(pk__in=[case.pk for case in numbered]).update(consents=True)
    Submission.objects.filter(pk=numbered[1].pk).update(consents=False)
    held = Result.objects.create(edition=edition, notice=notice, hash="0", published_at=now, by=organiser)
    operations.refresh(edition)
    return held


def shown(visitor, address):
    """The numbers of the cases that a list shows."""
    return [int(number) for number in re.findall(r'<h2><a href="/c/e4/cases/(\d+)/', visitor.get(address).content.decode())]


def test_nothing_is_shown_before_the_results(visitor, edition, numbered):
    operations.refresh(edition)

    assert shown(visitor, "/library/") == []
    assert visitor.get(f"/c/e4/cases/{numbered[0].number}/").status_code == 404
    assert visitor.get("/c/e4/figures/").status_code == 404


def test_awarded_cases_are_shown_with_consent_alone(visitor, results, numbered):
    expected = [numbered[at].number for at in (0, 2, 3, 4)]

    assert shown(visitor, "/library/") == expected
    assert [visitor.get(f"/c/e4/cases/{case.number}/").status_code for case in numbered] == [200, 404, 200, 200, 200, 404]


@pytest.mark.parametrize("sought", ["人", "公寓", "评价改革", "江苏", "没有这个词"])
def test_a_list_holds_exactly_what_holds_the_word(visitor, results, numbered, sought):
    texts = dict(Text.objects.values_list("pk", "words"))
    public = [numbered[at] for at in (0, 2, 3, 4)]

    assert shown(visitor, f"/library/?q={sought}") == [case.number for case in public if sought in f"{case.title}\n{case.unit}\n{texts[case.pk]}"]


def test_what_was_searched_for_is_marked_in_list_and_text(visitor, results, numbered):
    page = visitor.get("/library/?q=公寓").content.decode()
    link = re.search(r'href="(/c/e4/cases/\d+/\?q=[^"]+)"', page)[1]

    assert "<mark>公寓</mark>" in page
    assert "公寓</mark>" in visitor.get(link).content.decode()


def test_filters_narrow_the_list(visitor, results, numbered):
    jiangsu = [case.number for case in (numbered[at] for at in (0, 2, 3, 4)) if case.division.startswith("32")]

    assert shown(visitor, "/library/?province=320000") == jiangsu == shown(visitor, "/library/places/320000/")
    assert shown(visitor, "/library/?award=一等奖") == [numbered[0].number]
    assert shown(visitor, "/library/?edition=e4&award=二等奖") == [numbered[at].number for at in (2, 3, 4)]
    assert visitor.get("/library/?award=没有&page=x").status_code == 200
    theme = numbered[0].theme
    assert numbered[0].number in shown(visitor, f"/library/themes/{theme}/")


def test_a_revoked_case_is_gone_at_once_and_a_correction_shows(visitor, results, numbered, organiser):
    now = timezone.now()
    Revocation.objects.create(result=results, submission=numbered[2], reasons="材料不实", by=organiser, at=now)
    Correction.objects.create(result=results, submission=numbered[0], field="title", before=numbered[0].title, after="更正后的名称", reasons="笔误", by=organiser, at=now)

    assert visitor.get(f"/c/e4/cases/{numbered[2].number}/").status_code == 404
    assert operations.refresh(results.edition)
    assert numbered[2].number not in shown(visitor, "/library/?q=人")
    assert "更正后的名称" in visitor.get(f"/c/e4/cases/{numbered[0].number}/").content.decode()
    assert not operations.refresh(results.edition)


def test_a_case_tells_machines_what_it_is_and_no_text_breaks_out(visitor, results, numbered):
    Edition.objects.filter(pk=results.edition_id).update(licence="by-nc")
    Entry.objects.filter(number=numbered[0].number).update(title="</script><b>粗")

    page = visitor.get(f"/c/e4/cases/{numbered[0].number}/").content.decode()
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])

    assert (told["headline"], told["license"]) == ("</script><b>粗", "https://creativecommons.org/licenses/by-nc/4.0/")
    assert "<b>粗" not in page and "CC BY-NC 4.0" in page and 'property="og:title"' in page


def test_feed_and_sitemap_name_the_public_cases_alone(visitor, results, numbered):
    feed, sitemap, index = (visitor.get(f"/{name}").content.decode() for name in ("library/feed.atom", "sitemap-1.xml", "sitemap.xml"))
    public = {numbered[at].number for at in (0, 2, 3, 4)}

    assert {int(number) for number in re.findall(r"<id>[^<]*/c/e4/cases/(\d+)/</id>", feed)} == public
    assert {int(number) for number in re.findall(r"/c/e4/cases/(\d+)/</loc>", sitemap)} == public
    assert "/sitemap-1.xml</loc>" in index and "/sitemap.xml" in visitor.get("/robots.txt").content.decode()
    assert visitor.get("/sitemap-2.xml").status_code == 404


def test_every_figure_opens_as_many_cases_as_it_says(visitor, results):
    page = visitor.get("/c/e4/figures/").content.decode()
    links = re.findall(r'<td class="number"><a href="([^"]+)"[^>]*>(\d+)</a>', page)

    counted = [(len(re.findall(r'<td><a href="/c/e4/cases/', visitor.get(link.replace("&amp;", "&")).content.decode())), int(value)) for link, value in links]

    assert len(counted) > 5 and all(opened == said for opened, said in counted)
    assert visitor.get("/c/e4/figures.xlsx").content[:2] == b"PK"


def test_the_article_leads_to_its_cases(results, numbered):
    from zhengping.server.roundup import queries

    assert queries.public_numbers(results.edition) == {numbered[at].number for at in (0, 2, 3, 4)}


def test_a_list_asks_no_more_for_more_cases(visitor, results, numbered):
    visitor.get("/library/?q=人")
    with CaptureQueriesContext(connection) as few:
        visitor.get("/library/?q=人")
    first = Entry.objects.first()
    for at in range(15):
        case = Submission.objects.create(edition=first.edition, intake=numbered[0].intake, ordinal=200 + at, number=200 + at, confirmed_at=timezone.now(), title="人", source="zip", arrived_at=timezone.now())
        Entry.objects.create(submission=case, edition=first.edition, number=200 + at, rank=at, title="人", unit="x", award="一等奖", published_at=timezone.now())
        submission.cases(first.edition)
    from zhengping.server.submission.operations import index_left

    index_left()
    cache.clear()
    visitor.get("/library/?q=人")
    with CaptureQueriesContext(connection) as many:
        visitor.get("/library/?q=人")

    assert len(few) == len(many)


def test_like_texts_are_near_each_other():
    texts = ["科技特派员下乡服务茶农增产", "职称评审改革破除唯论文", "科技特派员下乡帮助果农增收", "职称评审改革突出实绩"]

    assert [row[0] for row in nearest(texts, 1)] == [2, 3, 0, 1]
    assert nearest(["一"]) == ((),) and nearest([]) == ()


def test_the_nearest_among_many_are_nearly_those_among_all(monkeypatch):
    chance = Random(4)
    keys = [theme.key for theme in tables.themes()]
    texts = ["".join(chance.sample(compose(chance, keys[at % 9], "某市", at % 5).paragraphs, 3)) for at in range(600)]
    texts = [text + "".join(chance.choices("的一是在人有我他这个们中来上大", k=40)) for text in texts]
    whole = nearest(texts, 3, 0.0)

    monkeypatch.setattr(likeness, "_EXACT", 100)
    apart = nearest(texts, 3, 0.0)

    assert sum(len(set(own) & set(other)) for own, other in zip(whole, apart, strict=True)) > 0.9 * 3 * len(texts)
    assert all(at not in row and len(row) == 3 for at, row in enumerate(apart))


def test_a_word_of_very_many_is_counted_up_to_a_limit(visitor, results, monkeypatch):
    whole = visitor.get("/library/?q=人").content.decode()
    monkeypatch.setattr(queries, "MOST", 3)
    cache.clear()

    limited = visitor.get("/library/?q=人").content.decode()

    assert "共 4 条" in whole and "以上" not in whole
    assert "共 3 条以上" in limited
    assert "共 4 条" in visitor.get("/library/").content.decode()  # without words all are counted
