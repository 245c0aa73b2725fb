"""A book is made of what the public may read, its files are kept by their sums, and what is not in it is told."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace

import pypdfium2
import pytest
from django.utils import timezone
from docx import Document
from tests.engine.collection.originals import BACKGROUND, paper, picture, shown
from tests.server.conftest import client_of, person
from tests.server.filled import publish

from zhengping.server.audit.models import Entry
from zhengping.server.call.models import Membership
from zhengping.server.publication import operations as publication
from zhengping.server.publication import queries as results
from zhengping.server.publication.models import Correction
from zhengping.server.roundup import operations, queries, tasks
from zhengping.server.roundup.models import Collection
from zhengping.server.submission.models import Submission
from zhengping.server.submission.records import bytes_of, case_of, packed, store

DOOR = "/o/e4/roundup/collection/"


@pytest.fixture
def public(edition, organiser, numbered):
    """Five of six cases published, the first with an original that has a picture."""
    publish(edition, organiser, numbered[:5])
    first = numbered[0]
    sha256, _size = store(paper(lambda document: shown(document, picture(), 10, "图1 服务大厅")))
    version = first.versions.get(number=first.current)
    version.value = packed(replace(case_of(version), documents=(sha256,), paragraphs=(BACKGROUND.replace("13800000000", "〔电话〕"), *case_of(version).paragraphs)))
    version.save()
    return numbered[:5]


def made(edition, organiser, **more):
    book = operations.want_collection(edition=edition, actor=organiser, **{"title": "样例选编", "cases": sorted(queries.public_numbers(edition)), **more})
    assert tasks.sweep_collections() == 1
    book.refresh_from_db()
    assert book.error == ""
    return book


def words(book):
    return "".join("".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(bytes_of(book.files["a4.pdf"]["sha256"]))).split())


def test_a_book_holds_the_public_cases_and_the_pictures_of_their_originals(edition, organiser, numbered, public):
    book = made(edition, organiser, foreword="编写的说明。", licence="许可的说明。")

    text = words(book)
    assert (book.state, len(book.cases), book.pictures, sorted(book.files)) == ("ready", 5, 1, ["16k.pdf", "a4.pdf", "docx", "epub"])
    assert all("".join(row.title.split()) in text for row in public) and "编写的说明。" in text and "许可的说明。" in text
    assert all(hashlib.sha256(bytes_of(kept["sha256"])).hexdigest() == kept["sha256"] and len(bytes_of(kept["sha256"])) == kept["size"] for kept in book.files.values())


def test_what_was_corrected_is_printed_as_corrected(edition, organiser, public):
    Correction.objects.create(result=results.result(edition), submission=public[1], field="title", before=public[1].title, after="更正后的案例名称", reasons="笔误", by=organiser, at=timezone.now())

    assert "更正后的案例名称" in words(made(edition, organiser))


def test_who_does_not_consent_or_was_revoked_is_in_no_book(edition, organiser, public):
    edition.has_consent = True
    edition.save()
    Submission.objects.filter(pk=public[2].pk).update(consents=False)
    publication.revoke(edition=edition, actor=organiser, case=public[3], reasons="数据不实")

    assert queries.public_numbers(edition) == {public[at].number for at in (0, 1, 4)}
    with pytest.raises(operations.Refused, match=str(public[3].number)):
        operations.want_collection(edition=edition, actor=organiser, title="样例", cases=[public[3].number])


def test_a_case_that_became_private_while_the_book_waited_is_left_out_and_told(edition, organiser, public):
    book = operations.want_collection(edition=edition, actor=organiser, title="样例", cases=[row.number for row in public])
    publication.revoke(edition=edition, actor=organiser, case=public[1], reasons="数据不实")
    tasks.sweep_collections()

    book.refresh_from_db()
    assert [public[1].number, "left-private", []] in book.left
    assert "".join(public[1].title.split()) not in words(book)


def test_a_lost_original_is_told_and_the_words_are_printed(edition, organiser, public):
    version = public[0].versions.get(number=public[0].current)
    version.value = packed(replace(case_of(version), documents=("0" * 64,)))
    version.save()

    book = made(edition, organiser)

    assert [public[0].number, "left-original"] in [row[:2] for row in book.left]
    assert "".join(public[0].title.split()) in words(book)


def test_no_book_before_the_results(edition, organiser, numbered):
    with pytest.raises(operations.Refused, match="还没有公开的案例"):
        operations.want_collection(edition=edition, actor=organiser, title="样例", cases=[1])


def test_making_again_keeps_what_was_made_and_leaves_a_trace(edition, organiser, public):
    first, second = made(edition, organiser), made(edition, organiser, title="第二稿")

    assert list(queries.collections(edition).values_list("number", "title")) == [(2, "第二稿"), (1, "样例选编")]
    first.refresh_from_db()
    assert bytes_of(first.files["docx"]["sha256"]) != bytes_of(second.files["docx"]["sha256"])
    assert list(Entry.objects.filter(action__contains="collection").order_by("id").values_list("action", flat=True)) == ["roundup.want_collection", "roundup.make_collection"] * 2


def test_the_organiser_chooses_and_takes_the_files(edition, organiser, public):
    client = client_of(organiser)
    page = client.get(DOOR).content.decode()
    assert "现有公开的案例 5 个" in page and "特别案例" in page

    answer = client.post(DOOR, {"which": "awards", "awards": ["特别案例"], "order": "number", "title": "获奖案例选编"})
    assert answer.status_code == 302
    assert "正在编排" in client.get(DOOR).content.decode()
    tasks.sweep_collections()

    book = Collection.objects.get()
    page = client.get(DOOR).content.decode()
    assert f"案例 {len(book.cases)} 个，图片 1 幅" in page
    word = client.get(f"{DOOR}1.docx")
    assert Document(io.BytesIO(word.content)).core_properties.title == "获奖案例选编"
    assert zipfile.ZipFile(io.BytesIO(client.get(f"{DOOR}1.epub").content)).testzip() is None
    assert client.get(f"{DOOR}1.16k.pdf").content[:5] == b"%PDF-"
    assert client.get(f"{DOOR}2.docx").status_code == 404


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"which": "awards"}, "请选择奖项"), ({"which": "numbers"}, "请填写案例编号"), ({"which": "numbers", "numbers": "一"}, "不是案例编号"), ({"which": "numbers", "numbers": "999"}, "999"), ({"title": ""}, "必填")],
    ids=["no award", "no number", "no digits", "unknown", "no title"],
)
def test_what_is_wrong_is_said(edition, organiser, public, said, sentence):
    answer = client_of(organiser).post(DOOR, {"which": "all", "order": "award", "title": "样例", **said})

    assert sentence in answer.content.decode()
    assert not Collection.objects.exists()


def test_an_auditor_looks_and_orders_nothing(edition, organiser, public):
    auditor = person("auditor@example.org")
    Membership.objects.create(edition=edition, user=auditor, role="auditor")
    made(edition, organiser)
    client = client_of(auditor)

    assert client.get(f"{DOOR}1.epub").status_code == 200
    assert client.post(DOOR, {"which": "all", "order": "award", "title": "样例"}).status_code == 403


def test_a_case_revoked_later_is_named_beside_the_book(edition, organiser, public):
    made(edition, organiser)
    publication.revoke(edition=edition, actor=organiser, case=public[1], reasons="数据不实")

    page = client_of(organiser).get(DOOR).content.decode()

    assert "这些案例已不公开" in page


def test_the_round_up_stands_in_front(edition, organiser, public):
    operations.want_draft(edition=edition, actor=organiser, length=3000)
    tasks.sweep_drafts()
    operations.publish(article=queries.article(edition), actor=organiser, version=1)

    text = words(made(edition, organiser, with_roundup=True))

    assert "".join(queries.current(queries.article(edition)).text.split("\n")[1].split())[:20] in text
