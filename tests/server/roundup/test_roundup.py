"""The article: drafted, held by one, saved as versions, compared, commented, decided, published."""

from __future__ import annotations

import pytest
from tests.server.conftest import client_of, person

from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.roundup import operations, queries, tasks
from zhengping.server.roundup.models import Article
from zhengping.server.submission.models import Submission


@pytest.fixture
def colleague(edition):
    """A second organiser."""
    user = person("colleague@example.org", name="样例同事")
    Membership.objects.create(edition=edition, user=user, role="organiser")
    return user


def page(edition, part=""):
    return f"/o/{edition.slug}/roundup/{part}"


def test_the_draft_is_made_by_the_worker_and_shown_with_its_sources(at_desk, edition, article):
    shown = at_desk.get(page(edition)).content.decode()

    assert "来稿综述" in shown and "案例" in shown and f"/o/{edition.slug}/cases/" in shown


def test_a_draft_of_no_cases_is_refused(at_desk, edition):
    at_desk.post(page(edition, "draft/"), {"length": 3000})

    assert not Article.objects.exists()


def test_a_number_that_is_no_case_is_named(at_desk, edition, article):
    answer = at_desk.post(page(edition, "draft/"), {"length": 3000, "must": "1, 99999"}, follow=True).content.decode()

    assert "99999" in answer
    assert queries.article(edition).state == "ready"


def test_one_person_at_a_time_edits(at_desk, edition, article, colleague):
    at_desk.post(page(edition, "hold/"), {"do": "hold"})

    other = client_of(colleague).get(page(edition)).content.decode()

    assert 'id="editor"' in at_desk.get(page(edition)).content.decode()
    assert 'id="editor"' not in other and "样例组织方正在编辑" in other


def test_a_text_saved_by_another_is_not_overwritten_and_nothing_typed_is_lost(at_desk, edition, organiser, article, text, colleague):
    at_desk.post(page(edition, "hold/"), {"do": "hold"})
    operations.release(article=article, actor=organiser)
    operations.save(article=article, actor=colleague, text=text.replace("主要做法如下。", "做法如下。"), base=1)

    answer = at_desk.post(page(edition), {"p": text.replace("主要做法如下。", "有关做法如下。").split("\n"), "base": 1, "do": "save"})

    assert answer.status_code == 409
    assert "有关做法如下。" in answer.content.decode()
    assert queries.current(queries.article(edition)).text == text.replace("主要做法如下。", "做法如下。")


def test_while_another_edits_saving_is_refused_and_the_text_stays_on_the_page(at_desk, edition, article, text, colleague):
    operations.hold(article=article, actor=colleague)

    answer = at_desk.post(page(edition), {"p": text.replace("主要做法如下。", "有关做法如下。").split("\n"), "base": 1, "do": "save"})

    assert answer.status_code == 409 and "有关做法如下。" in answer.content.decode()
    assert queries.article(edition).current == 1


def test_checking_without_a_script_saves_nothing(at_desk, edition, article, text):
    at_desk.post(page(edition, "hold/"), {"do": "hold"})

    answer = at_desk.post(page(edition), {"p": text.replace("60篇", "61篇").split("\n"), "base": 1, "do": "check"}).content.decode()

    assert "claim-wrong" in answer and "60篇" in answer
    assert queries.article(edition).current == 1


def test_versions_are_kept_compared_and_restored(at_desk, edition, article, text):
    at_desk.post(page(edition, "hold/"), {"do": "hold"})
    at_desk.post(page(edition), {"p": text.replace("主要做法如下。", "有关做法如下。").split("\n"), "base": 1, "do": "save"})

    shown = at_desk.get(page(edition, "compare/?a=1&b=2")).content.decode()
    at_desk.post(page(edition, "versions/"), {"version": 1})

    assert "<del>主要</del><ins>有关</ins>" in shown
    assert [(v.number, v.source) for v in article.versions.order_by("number")] == [(1, "machine"), (2, "person"), (3, "restored")]
    assert queries.current(queries.article(edition)).text == text


def test_what_is_not_borne_out_must_be_mended_or_explained_before_publishing(at_desk, visitor, edition, organiser, article, text):
    operations.save(article=article, actor=organiser, text=text.replace("60篇", "61篇", 1), base=1)

    at_desk.post(page(edition, "publish/"), {"do": "publish", "version": 2})
    closed = visitor.get(f"/c/{edition.slug}/roundup/").status_code
    own = queries.article(edition)
    for hit in queries.hits(own, queries.register(own), queries.current(own).text):
        at_desk.post(page(edition, "publish/"), {"hit": hit.key, "reason": "按编辑部口径"})
    at_desk.post(page(edition, "publish/"), {"do": "publish", "version": 2})

    assert closed == 302
    assert "61篇" in visitor.get(f"/c/{edition.slug}/roundup/").content.decode()
    assert Entry.objects.filter(action="roundup.publish").count() == 1


def test_a_term_of_the_wording_table_is_decided_before_publishing(edition, organiser, article, text):
    operations.save(article=article, actor=organiser, text=text + "\n银保监会另有通知。", base=1)

    with pytest.raises(operations.Refused, match="银保监会"):
        operations.publish(article=queries.article(edition), actor=organiser, version=2)


def test_a_withdrawn_round_up_is_closed(at_desk, visitor, edition, organiser, article):
    operations.publish(article=article, actor=organiser, version=1)
    before = visitor.get(f"/c/{edition.slug}/roundup.docx").status_code

    at_desk.post(page(edition, "publish/"), {"do": "withdraw", "why": "重新核对"})

    from django.core.cache import cache

    cache.clear()
    assert (before, visitor.get(f"/c/{edition.slug}/roundup/").status_code) == (200, 302)


def test_files_carry_the_article(at_desk, edition, article):
    starts = {ending: at_desk.get(page(edition, f"article.{ending}")).content[:5] for ending in ("docx", "pdf", "html")}

    assert starts == {"docx": b"PK\x03\x04\x14", "pdf": b"%PDF-", "html": b"<!DOC"}


def test_comments_are_kept_and_settled(at_desk, edition, article):
    at_desk.post(page(edition, "comments/"), {"words": "这一句请核实", "quote": "主要做法如下。"})
    own = article.comments.get()

    at_desk.post(page(edition, "comments/"), {"settle": own.pk})

    own.refresh_from_db()
    assert own.settled_by_id and "这一句请核实" in at_desk.get(page(edition, "comments/")).content.decode()


def test_cases_that_changed_since_are_told(at_desk, edition, article):
    Submission.objects.filter(edition=edition, number=1).update(changed=9)

    assert "起草以后案例" in at_desk.get(page(edition)).content.decode()


def test_a_draft_left_by_a_dead_worker_is_taken_up_again(edition, organiser, article):
    from datetime import timedelta

    from django.utils import timezone

    operations.want_draft(edition=edition, actor=organiser, length=3000)
    Article.objects.update(state="writing", began_at=timezone.now() - timedelta(minutes=11))

    assert tasks.sweep_drafts() == 1
    assert queries.article(edition).current == 2
