"""Every file that a row names is read again and summed; one that is not what it was is told with what it belongs to."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.utils import timezone
from tests.server.conftest import take

from zhengping.server import __main__ as server
from zhengping.server.desk import queries
from zhengping.server.mail.models import Letter, Message
from zhengping.server.mail.operations import post
from zhengping.server.publication.models import Certificate, Notice, Objection
from zhengping.server.roundup.models import Collection
from zhengping.server.submission.models import Incoming
from zhengping.server.submission.records import path_of, store

# tables that name a kept file by its sum; a new one goes here and into a `kept_files` of its app
KNOWN = {"submission.incoming.sha256", "publication.objection.evidence", "publication.certificate.sha256", "roundup.collection.files", "mail.message.attachments", "mail.letter.sha256"}
OTHER = {"submission.document.sha256"}  # the words of a file that submission.incoming names


def test_each_field_that_names_a_file_is_summed():
    found = set()
    for model in apps.get_models():
        if model.__module__.startswith("zhengping.server."):
            for field in model._meta.concrete_fields:
                told = f"{field.name} {field.help_text}".lower()
                if "sha256" in told or (isinstance(field, models.JSONField) and field.name in ("files", "attachments")):
                    found.add(f"{model._meta.label_lower}.{field.name}")

    assert found == KNOWN | OTHER


def test_a_file_of_each_kind_that_was_changed_or_lost_is_named_with_what_it_belongs_to(edition, organiser, word, settings, tmp_path, monkeypatch):
    settings.FILES, now = tmp_path, timezone.now()
    case = take(edition, ("案例1.docx", word(1)), source="zip", by=organiser).submissions.get()
    sums = {name: store(name.encode())[0] for name in ("evidence", "certificate", "book", "letter", "receipt")}
    notice = Notice.objects.create(edition=edition, number=1, days=1, counting="working", opened_at=now, closes_at=now, decided="0", hash="0", by=organiser)
    Objection.objects.create(edition=edition, number=3, notice=notice, reasons="不实", evidence=sums["evidence"], evidence_name="证据.zip", arrived_at=now)
    Certificate.objects.create(edition=edition, submission=case, number="2026-001-00001", heading="荣誉证书", words="样例", issuer="样例", day=now.date(), sha256=sums["certificate"])
    Collection.objects.create(edition=edition, number=2, title="选编", state="ready", files={"docx": {"sha256": sums["book"], "size": 4}}, wanted_by=organiser, wanted_at=now)
    letter = Letter.objects.create(mailbox="box", uid="1", sha256=sums["letter"], edition=edition.slug, subject="来信")
    post(key="x", to="x@example.org", subject="回执", body="回执", kind="receipt", edition=edition.slug, attachments=[{"name": "回执-1.pdf", "type": "application/pdf", "sha256": sums["receipt"]}])
    message, arrived = Message.objects.get(key="x"), Incoming.objects.get(name="案例1.docx")
    before = queries.damaged_files()
    path_of(sums["evidence"]).write_bytes(b"else")
    for sha256 in (arrived.sha256, *(sums[name] for name in ("certificate", "book", "letter", "receipt"))):
        path_of(sha256).unlink()

    assert before == []
    assert {(one.name, one.of, one.kind) for one in queries.damaged_files()} == {
        ("案例1.docx", (f"e4 案例 {case.number}",), "missing"),
        ("证据.zip", ("e4 异议第 3 号",), "changed"),
        ("certificate-2026-001-00001.pdf", ("e4 证书 2026-001-00001",), "missing"),
        ("选编.docx", ("e4 选编第 2 号",), "missing"),
        ("来信.eml", (f"e4 来信 {letter.pk}",), "missing"),
        ("回执-1.pdf", (f"e4 邮件 {message.pk} 的附件",), "missing"),
    }
    monkeypatch.setattr(server, "_set_up", lambda: None)
    assert (sums["evidence"], "证据.zip", "e4, objection 3", "changed") in server.damaged("en")


def test_a_file_that_two_rows_name_is_read_once_and_both_are_told(edition, organiser, word, settings, tmp_path):
    settings.FILES = tmp_path
    made = take(edition, ("案例1.docx", word(1)), ("案例1 副本.docx", word(1)))
    sha256 = made.files.order_by("pk").first().sha256
    path_of(sha256).unlink()

    assert [(one.sha256, one.kind) for one in queries.damaged_files()] == [(sha256, "missing")]
