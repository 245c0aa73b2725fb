"""The text that the public reads beside the original: edited, kept in all its versions, taken back; library, search and book follow."""

from __future__ import annotations

import io
import json

import pytest
from django.core.cache import cache
from docx import Document
from tests.server.conftest import client_of, person

from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.library import operations as library
from zhengping.server.publication import operations, queries, records
from zhengping.server.publication.models import EditedText
from zhengping.server.roundup import operations as roundup
from zhengping.server.roundup import queries as books
from zhengping.server.roundup.tasks import sweep_collections
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Text
from zhengping.server.submission.records import bytes_of, case_of


@pytest.fixture
def case(edition, result):
    """The first case of the published results."""
    library.refresh(edition)
    return queries.results(edition)[0].submission


def original(case):
    return records.parts_of(case_of(submission.current(case)))


def edit(edition, organiser, case, base=0, title="", parts=None, why=""):
    made = operations.edit_text(edition=edition, actor=organiser, case=case, base=base, title=title or case.title, parts=parts or original(case), why=why)
    library.refresh(edition)
    cache.clear()
    return made


def page(case):
    return f"/o/e4/publication/texts/{case.number}/"


def form(parts, title, base=0, **more):
    return {"base": base, "title": title, "h": ["\n".join(h) for h, _p in parts], "p": ["\n".join(p) for _h, p in parts], **more}


def found(visitor, word):
    cache.clear()
    return visitor.get("/library/", {"q": word}).content.decode()


def test_the_parts_of_a_text_make_the_text_again(case):
    own = case_of(submission.current(case))

    made = records.edited(own, "", records.parts_of(own))

    assert (made.title, made.paragraphs, [(p.heading, p.kind, p.first) for p in made.parts]) == (own.title, own.paragraphs, [(p.heading, p.kind, p.first) for p in own.parts])


def test_the_page_saves_an_edited_text_that_library_and_search_show_with_the_original_beside(at_desk, visitor, edition, case):
    parts = original(case)
    cut = parts[0][1][0]
    parts[0][1][0] = "精简以后的背景，含独有词霁月清风。"

    answer = at_desk.post(page(case), form(parts, "改定的名称朗月", why="压缩", do="save"))
    library.refresh(edition)
    cache.clear()
    shown = visitor.get(f"/c/e4/cases/{case.number}/").content.decode()
    first = visitor.get(f"/c/e4/cases/{case.number}/?original").content.decode()

    assert answer.status_code == 302
    assert "改定的名称朗月" in shown and "霁月清风" in shown and cut not in shown and "文字经组织方编辑" in shown
    assert cut in first and f"<h1>{case.title}</h1>" in first and "单位报送的原文" in first
    for word in ("朗月", "霁月清风", "月", "霁月"):
        assert f"/c/e4/cases/{case.number}/" in found(visitor, word)
    assert "霁月清风</mark>" in found(visitor, "霁月清风")
    case.refresh_from_db()
    assert case.title != "改定的名称朗月" and original(case)[0][1][0] == cut


def test_search_finds_what_the_page_shows_as_like_would(edition, organiser, case):
    parts = original(case)
    parts[-1][1].append("另有青鸾台计划，覆盖７个乡镇。")
    edit(edition, organiser, case, title="云帆计划促发展", parts=parts)
    shown = "\n".join(["云帆计划促发展", *(line for _h, lines in parts for line in lines)])

    runs = {shown[at : at + size] for size in (1, 2, 3, 5) for at in range(0, len(shown) - size, 7)}
    missed = [run for run in sorted(runs) if run.strip() == run and not any(c.isspace() for c in run) and not Text.objects.filter(pk=case.pk, pk__in=submission.holding([run])).exists()]

    assert missed == []


def test_a_corrected_title_is_found_in_the_library(visitor, edition, organiser, case):
    operations.correct(edition=edition, actor=organiser, case=case, field="title", words="更正后的名称琼华", reasons="笔误")
    library.refresh(edition)

    assert f"/c/e4/cases/{case.number}/" in found(visitor, "琼华")


def test_a_correction_of_the_title_takes_the_place_of_an_edited_one(edition, organiser, case):
    edit(edition, organiser, case, title="编辑的名称")

    operations.correct(edition=edition, actor=organiser, case=case, field="title", words="更正后的名称", reasons="笔误")

    assert next(row.title for row in queries.shown(edition) if row.submission.pk == case.pk) == "更正后的名称"


def test_the_second_editor_is_told_and_loses_nothing(at_desk, edition, organiser, case):
    colleague = person("colleague@example.org", name="样例同事")
    Membership.objects.create(edition=edition, user=colleague, role="organiser")
    client_of(colleague).post(page(case), form(original(case), "同事的名称", do="save"))

    answer = at_desk.post(page(case), form(original(case), "我的名称", base=0, do="save"))

    assert answer.status_code == 409 and "我的名称" in answer.content.decode() and "同事刚刚改过" in answer.content.decode()
    assert EditedText.objects.get().title == "同事的名称"


def test_every_text_is_kept_and_can_be_read_again(at_desk, visitor, edition, organiser, case):
    edit(edition, organiser, case, title="第一稿名称")
    edit(edition, organiser, case, base=1, title="第二稿名称")

    at_desk.post(page(case), {"base": 2, "restore": 1})
    third = EditedText.objects.get(ended_at=None)
    at_desk.post(page(case), {"base": 3, "restore": 0})
    library.refresh(edition)
    cache.clear()

    assert (third.number, third.title) == (3, "第一稿名称")
    assert "文字经组织方编辑" not in visitor.get(f"/c/e4/cases/{case.number}/").content.decode()
    assert EditedText.objects.count() == 3 and f"/c/e4/cases/{case.number}/" not in found(visitor, "第一稿名称")
    assert [e.action for e in Entry.objects.filter(action__in=["publication.edit_text", "publication.end_text"]).order_by("id")] == ["publication.edit_text"] * 3 + ["publication.end_text"]


def test_the_original_s_own_words_are_no_edited_text(edition, organiser, case):
    assert edit(edition, organiser, case) is None and not EditedText.objects.exists()


def test_checking_saves_nothing_and_shows_findings_and_differences(at_desk, edition, case):
    parts = original(case)
    parts[0][1] = ["改过的背景。"]

    shown = at_desk.post(page(case), form(parts, case.title, do="check")).content.decode()

    assert "文字还没有保存" in shown and "<ins>" in shown and "改过的背景。" in shown
    assert not EditedText.objects.exists()


@pytest.mark.parametrize(("title", "change", "why"), [("", lambda parts: parts, "不能为空"), ("名称", lambda parts: [[["标题"], []], *parts], "下面没有文字"), ("名称", lambda parts: [[[], []]], "不能为空")])
def test_what_cannot_be_published_is_refused(edition, organiser, case, title, change, why):
    with pytest.raises(operations.Refused, match=why):
        operations.edit_text(edition=edition, actor=organiser, case=case, base=0, title=title, parts=change(original(case)))


def test_a_case_that_is_in_no_list_is_not_edited(at_desk, edition, organiser, numbered, result):
    outside = next(case for case in numbered if case.pk not in {row.submission.pk for row in queries.results(edition)})

    assert at_desk.get(page(outside)).status_code == 404
    with pytest.raises(operations.Refused, match="不在评定的名单中"):
        operations.edit_text(edition=edition, actor=organiser, case=outside, base=0, title="名称", parts=[[[], ["正文。"]]])


def test_personal_data_is_masked(edition, organiser, case):
    parts = original(case)
    parts[0][1].append("联系电话13912345678。")

    made = edit(edition, organiser, case, parts=parts)

    assert "13912345678" not in json.dumps(made.parts, ensure_ascii=False)


def test_a_decided_case_is_edited_before_the_results(edition, organiser, decided):
    first = queries.editable(edition)[0].submission

    made = operations.edit_text(edition=edition, actor=organiser, case=first, base=0, title="先行编辑的名称", parts=original(first))

    assert made.number == 1


def test_register_results_and_certificates_keep_their_words(edition, organiser, case):
    edit(edition, organiser, case, title="编辑的名称")

    assert queries.results(edition)[0].title == case.title
    assert books.entries(edition)[0].case.title != "编辑的名称"


def test_the_book_prints_the_edited_text(edition, organiser, case):
    parts = original(case)
    parts[0][1] = ["书中所印的精简背景。"]
    edit(edition, organiser, case, title="书中的名称", parts=parts)

    roundup.want_collection(edition=edition, actor=organiser, title="案例选编", cases=[case.number])
    assert sweep_collections() == 1
    book = books.collections(edition).get()
    text = "\n".join(p.text for p in Document(io.BytesIO(bytes_of(book.files["docx"]["sha256"]))).paragraphs)

    assert book.state == "ready" and "书中所印的精简背景。" in text and "书中的名称" in text
    assert original(case)[0][1][0] not in text
