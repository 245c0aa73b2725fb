"""Each of the bad inputs through the upload page, a zip and the mailbox: a sentence that says what to do, the original bytes kept, no page that fails."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.bad_inputs import FILES
from tests.server.conftest import take

from zhengping.samples.writers import packed
from zhengping.server.mail.models import Letter, Message
from zhengping.server.submission import operations, queries, records, tasks
from zhengping.server.submission.models import Incoming, Submission

UNREAD = ("unreadable", "refused")


def rows():
    """The rows of what could not be read, with their sentences."""
    return [(row, queries.reason(row, "zh")) for row in Incoming.objects.filter(state__in=UNREAD)]


def is_expected(found, expected):
    return found in (expected if isinstance(expected, tuple) else (expected,))


@pytest.mark.parametrize("name", FILES)
def test_through_the_upload_page(visitor, edition, word, name):
    make, expected = FILES[name]
    data = make()
    files = [SimpleUploadedFile(name, data), SimpleUploadedFile("好.docx", word())]
    page = visitor.post(reverse("submission:upload", args=[edition.slug]), {"files": files}, follow=True)

    ((row, sentence),) = rows()
    kept = [records.bytes_of(sha256) for sha256 in Incoming.objects.exclude(sha256="").values_list("sha256", flat=True)]
    assert page.status_code == 200
    assert is_expected(row.reason, expected)
    assert "请" in sentence and sentence in page.context["bad"][0].why
    assert data in kept
    assert Submission.objects.count() == 1  # the good one beside it


def test_all_in_one_zip(at_desk, organiser, edition, word):
    # what is itself an archive inside the archive is told by its own rows
    members = [(f"来件/{name}", make()) for name, (make, _reason) in FILES.items()]
    held = take(edition, ("全省来件.zip", packed([*members, ("来件/好.docx", word())])), source="zip", by=organiser)

    told = {row.path: (row.reason, sentence) for row, sentence in rows()}
    unread = {name for name in FILES if not any(name in path for path in told)}
    page = at_desk.get(reverse("submission:progress", args=[edition.slug, held.pk]))
    desk = at_desk.get(reverse("submission:unreadable", args=[edition.slug]))
    assert unread == set()
    assert all("请" in sentence for _reason, sentence in told.values())
    assert Submission.objects.filter(number__isnull=False).count() == 1
    assert (page.status_code, desk.status_code) == (200, 200)


@pytest.mark.parametrize("name", FILES)
def test_through_the_mailbox(edition, name):
    make, expected = FILES[name]
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "unit@example.org", "box@example.org", "报送案例", "<bad@example.org>"
    made.set_content("请查收。")
    made.add_attachment(make(), maintype="application", subtype="octet-stream", filename=name)
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=made.as_bytes())
    while tasks.sweep_mailbox() + tasks.sweep_files() + tasks.sweep_drafts():
        pass

    assert [row.reason for row, _sentence in rows() if is_expected(row.reason, expected)]
    answer = Message.objects.get(kind="answer")
    assert answer.to == "unit@example.org" and "请" in answer.body
    assert records.bytes_of(Letter.objects.get().sha256) == made.as_bytes()
