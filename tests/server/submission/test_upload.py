"""From a Word file to a number and a receipt."""

from __future__ import annotations

import io
import os
import re
import subprocess
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.server.conftest import client_of, edition_of, person, take

from zhengping.server.call.models import Edition
from zhengping.server.mail.models import Message
from zhengping.server.submission import operations, queries, records, tasks
from zhengping.server.submission.models import Incoming, Submission
from zhengping.server.submission.operations import taking


def upload(client, edition, *files):
    """Send files by the upload page; -> the page that follows."""
    data = {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    return client.post(reverse("submission:upload", args=[edition.slug]), data, follow=True)


def details(case, **words):
    """The form of the case's page as the browser would send it."""
    kept = {"title": case.title, "unit": case.unit, "theme": case.theme, "division": case.division, "changed": case.changed, "consents": "on"}
    return {**kept, "contact_email": "unit@example.org", **words}


def test_a_unit_sees_at_once_what_was_read(visitor, edition, word):
    page = upload(visitor, edition, ("案例.docx", word()))

    text = page.content.decode()
    assert "“青蓝计划”促进人才评价改革" in text
    assert "江苏省南京市鼓楼区委组织部" in text
    assert Submission.objects.get().number is None


def test_a_draft_is_confirmed_by_the_link_of_its_mail_and_gets_number_and_receipt(visitor, case):
    page = reverse("submission:case", args=[case.token])
    visitor.post(page, details(case, do="mail"))
    link = re.search(r"http\S+/confirm/\S+", Message.objects.get(kind="confirm").body)[0]
    path = link.removeprefix("http://127.0.0.1:8000")
    opened = visitor.get(path)
    unconfirmed = Submission.objects.get().number
    visitor.post(path)

    case.refresh_from_db()
    receipt = visitor.get(reverse("submission:receipt", args=[case.token]))
    assert (opened.status_code, unconfirmed, case.number) == (200, None, 1)
    assert receipt.content.startswith(b"%PDF")
    assert Message.objects.get(kind="receipt").attachments[0]["type"] == "application/pdf"


def test_without_an_address_the_query_code_confirms_and_finds_the_case_again(visitor, case):
    visitor.post(reverse("submission:case", args=[case.token]), details(case, contact_email="", do="code"))
    case.refresh_from_db()
    found = visitor.post(reverse("submission:find"), {"edition": case.edition_id, "number": 1, "code": case.query_code.lower()})
    wrong = visitor.post(reverse("submission:find"), {"edition": case.edition_id, "number": 1, "code": "WRONG"})

    assert case.number == 1
    assert found.url == reverse("submission:case", args=[case.token])
    assert wrong.status_code == 200


def test_what_was_corrected_is_kept_where_the_case_cannot_be_confirmed_yet(visitor, case):
    page = reverse("submission:case", args=[case.token])
    words = details(case, title="改过的名称", do="code")
    told = visitor.post(page, {name: word for name, word in words.items() if name != "consents"}, follow=True)

    case.refresh_from_db()
    assert (case.title, case.number) == ("改过的名称", None)
    assert "请先勾选同意发表和使用的声明。" in told.content.decode()
    assert "报送成功" not in told.content.decode()


def test_a_receipt_verifies_and_a_forged_one_does_not(visitor, numbered):
    version = queries.current(numbered[0])
    true = visitor.get(reverse("submission:verify", args=[numbered[0].pk, records.receipt_sign(numbered[0], version)]))
    forged = visitor.get(reverse("submission:verify", args=[numbered[1].pk, records.receipt_sign(numbered[0], version)]))

    assert (true.status_code, forged.status_code) == (200, 404)
    assert numbered[0].title not in true.content.decode()


def test_a_second_person_is_told_that_the_case_changed(visitor, case):
    page = reverse("submission:case", args=[case.token])
    visitor.post(page, details(case, title="先改的标题"))
    late = visitor.post(page, details(case, title="后改的标题"), follow=True)

    case.refresh_from_db()
    assert case.title == "先改的标题"
    assert "您的修改没有保存" in late.content.decode()


def test_a_replaced_text_keeps_the_old_version_and_the_number(visitor, case, word):
    visitor.post(reverse("submission:case", args=[case.token]), details(case, do="code"))
    visitor.post(reverse("submission:replace", args=[case.token]), {"files": [SimpleUploadedFile("改.docx", word(1))]})

    case.refresh_from_db()
    assert (case.number, case.current, case.versions.count()) == (1, 2, 2)
    assert "强磁场" in case.title


def test_a_text_replaced_by_what_cannot_be_read_stays(visitor, case):
    page = visitor.post(reverse("submission:replace", args=[case.token]), {"files": [SimpleUploadedFile("坏.docx", b"PK\x03\x04broken")]}, follow=True)

    case.refresh_from_db()
    assert case.current == 1
    assert "原版本保持不变" in page.content.decode()


def test_after_the_deadline_nothing_is_replaced_or_withdrawn(visitor, case, word):
    visitor.post(reverse("submission:case", args=[case.token]), details(case, do="code"))
    Edition.objects.update(closes=timezone.now() - timedelta(seconds=5))
    visitor.post(reverse("submission:replace", args=[case.token]), {"files": [SimpleUploadedFile("改.docx", word(1))]})
    visitor.post(reverse("submission:withdraw", args=[case.token]), {"why": "x"})

    case.refresh_from_db()
    assert (case.current, case.withdrawn_at) == (1, None)


def test_a_draft_in_time_may_be_confirmed_for_a_day_and_not_longer(edition, case):
    held = Submission.objects.get(pk=case.pk)
    closes = timezone.now() - timedelta(hours=23)
    Submission.objects.update(arrived_at=closes - timedelta(minutes=1))
    Edition.objects.update(closes=closes)
    held = Submission.objects.select_related("edition").get(pk=case.pk)
    within = queries.may_confirm(held, timezone.now())
    beyond = queries.may_confirm(held, timezone.now() + timedelta(hours=2))

    assert (within, beyond) == (True, False)


def test_the_very_second_of_the_deadline_is_in_time(edition):
    end = edition.closes.replace(microsecond=0)
    Edition.objects.update(closes=end)
    edition.refresh_from_db()

    assert not queries.is_late(edition, None, end + timedelta(microseconds=999_999))
    assert queries.is_late(edition, None, end + timedelta(seconds=1))


@pytest.mark.parametrize(("rule", "number", "is_late"), [("keep", 1, True), ("refuse", None, False)])
def test_a_late_case_follows_the_editions_rule_and_is_kept(organiser, word, rule, number, is_late):
    edition = edition_of(organiser, "late", closes=timezone.now() - timedelta(hours=1), late_rule=rule)
    made = take(edition, ("案例.docx", word())).submissions.get()
    operations.correct(submission=made, actor="unit", changed=made.changed, consents=True)
    try:
        operations.confirm(submission=made, via="code")
    except operations.Refused:
        pass

    made.refresh_from_db()
    assert (made.number, made.is_late) == (number, is_late)
    assert made.files.count() == 1


def test_the_same_file_by_two_bulk_ways_is_one_case(edition, word, organiser):
    take(edition, ("a.docx", word()), source="zip", by=organiser)
    take(edition, ("b.docx", word()), source="mail", sender="unit@example.org")

    assert queries.cases(edition).count() == 1
    assert Incoming.objects.filter(submission__isnull=False).count() == 2


def test_a_classified_file_is_not_kept(edition):
    data = "秘密★3年\n\n关于案例的报告\n\n正文内容。".encode()
    made = take(edition, ("报告.txt", data))

    file = made.files.get()
    assert (file.state, file.reason, len(file.sha256)) == ("refused", "classified", 64)
    assert not records.path_of(file.sha256).exists()
    assert not records.path_of(file.sha256, is_waiting=True).exists()


def test_drafting_twice_makes_nothing_twice(edition, word):
    made = take(edition, ("案例.docx", word()))
    made.state = "reading"
    made.save()
    operations.draft(intake=made)

    assert Submission.objects.count() == 1


def test_a_replacement_that_page_and_worker_draft_is_one_version(case, word):
    made = operations.receive(edition=case.edition, source="upload", files=[("改.docx", word(1))], arrived_at=timezone.now(), replaces=case)
    behind = type(made).objects.get(pk=made.pk)  # what the worker looked up before the page was done
    tasks.read_now(made)

    operations.draft(intake=behind)

    assert (made.state, case.versions.count()) == ("drafted", 2)


def test_what_a_unit_writes_is_never_markup(visitor, case):
    page = reverse("submission:case", args=[case.token])
    marker = "<script>alert(1)</script>"
    visitor.post(page, details(case, title=f"标题{marker}", unit=f"单位{marker}", contact_name=marker))

    assert marker not in visitor.get(page).content.decode()


def test_a_full_disk_is_said_and_leaves_nothing_half_written(visitor, edition, word, monkeypatch):
    monkeypatch.setattr(records, "free", lambda: 0)
    page = upload(visitor, edition, ("案例.docx", word()))

    assert page.status_code == 507
    assert "磁盘空间不足" in page.content.decode()
    assert Incoming.objects.count() == 0


def test_a_download_never_runs_in_the_browser(visitor, numbered, at_desk):
    file = numbered[0].files.first()
    answer = at_desk.get(reverse("submission:original", args=["e4", file.pk]))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert io.BytesIO(answer.content).read(2) == b"PK"


@pytest.fixture
def small_disk(tmp_path, settings):
    """The files of the site on a disk of one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("needs a disk of its own: to be root, and to be allowed to mount")
    settings.DATA, settings.FILES = folder, folder / "files"
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_nothing_is_half_written(visitor, edition, word, small_disk, monkeypatch):
    early = upload(visitor, edition, ("案例.docx", word()))  # less is free than must stay free
    monkeypatch.setattr(taking, "SPARE", 0)
    small = upload(visitor, edition, ("案例.docx", word()))
    before = sorted(path for path in small_disk.rglob("*") if path.is_file())
    full = upload(visitor, edition, ("第一份.docx", word(1)), ("大.docx", os.urandom(3 << 20)))

    assert (early.status_code, small.status_code, full.status_code) == (507, 200, 507)
    assert all("磁盘空间不足" in page.content.decode() and "文件未被保存" in page.content.decode() for page in (early, full))
    assert (Submission.objects.count(), Incoming.objects.filter(name="大.docx").count()) == (1, 0)
    assert [path for path in small_disk.rglob(".*") if path.is_file()] == []  # no half of a file
    assert {path for path in small_disk.rglob("*") if path.is_file() and "waiting" not in path.parts} == {path for path in before if "waiting" not in path.parts}


def test_only_old_bytes_without_a_row_are_tidied_away(edition, word, settings, monkeypatch, tmp_path):
    settings.FILES = tmp_path
    operations.receive(edition=edition, source="upload", files=[("案例.docx", word())], arrived_at=timezone.now())
    orphan, young = tmp_path / "waiting" / "a", tmp_path / "waiting" / "b"
    for path in (orphan, young):
        path.write_bytes(b"x")
    for path in (tmp_path / "waiting").iterdir():
        if path != young:
            os.utime(path, (1, 1))
    monkeypatch.setattr(tasks, "_last_tidying", [-3600.0])

    assert (tasks.sweep_leftovers(), tasks.sweep_leftovers()) == (1, 0)
    assert not orphan.exists() and young.exists() and len(list((tmp_path / "waiting").iterdir())) == 2


def test_a_person_finds_the_cases_sent_under_an_address_once_it_is_proved(case):
    Submission.objects.filter(pk=case.pk).update(contact_email="unit@example.org")
    unit = person("unit@example.org")
    client = client_of(unit)
    proved = client.get(reverse("submission:mine")).content.decode()
    unit.emailaddress_set.update(verified=False)
    unproved = client.get(reverse("submission:mine")).content.decode()

    assert (case.title in proved, case.title in unproved) == (True, False)
