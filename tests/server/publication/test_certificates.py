"""Certificates: made, signed, verified without the site, withdrawn."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from django.urls import reverse

from zhengping.server.publication import operations, queries, records, tasks
from zhengping.server.publication.models import Certificate
from zhengping.server.submission.records import bytes_of


@pytest.fixture
def made(edition, result):
    """The certificates as the worker made them."""
    while tasks.sweep_certificates():
        pass
    return list(queries.certificates(edition))


def test_each_case_of_the_results_has_one(edition, made):
    assert len(made) == 3 and all(row.sha256 for row in made)
    assert [row.submission for row in made] == [row.submission for row in queries.results(edition)]
    assert all(records.verify(bytes_of(row.sha256), records.public_certificate()).is_good for row in made)


def test_an_altered_one_is_never_good(made):
    data, roots = bytes_of(made[0].sha256), records.public_certificate()
    chance = random.Random(7)
    altered = []
    for _at in range(200):
        copy = bytearray(data)
        copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        altered.append(bytes(copy))
    altered += [data + b"\n", data + data[-700:], data[:-1], data[: len(data) // 2], b"", data.replace(b"Signature", b"Sjgnature", 1)]

    assert [at for at, copy in enumerate(altered) if records.verify(copy, roots).is_good] == []


def test_another_key_is_a_stranger(made, settings, tmp_path):
    data = bytes_of(made[0].sha256)
    settings.DATA = tmp_path
    records.make_key()

    assert records.verify(data, records.public_certificate()).why == "stranger"


def test_the_key_is_the_owners_alone_and_made_once(settings, tmp_path):
    settings.DATA = tmp_path
    first = records.make_key().read_bytes()

    assert records.make_key().stat().st_mode & 0o077 == 0 and records.make_key().read_bytes() == first
    assert b"PRIVATE" not in records.public_certificate()


def test_the_page_tells_valid_withdrawn_or_unknown_and_nothing_else(made, organiser, visitor):
    row = made[0]
    by_code, by_number = reverse("publication:checked", args=[row.token]), reverse("publication:checked", args=[row.number])
    page = visitor.get(by_code).content.decode()

    assert "证书有效" in page and "证书有效" in visitor.get(by_number).content.decode()
    assert [word for word in (row.submission.title, row.submission.unit, row.edition.name) if word in page] == []
    operations.withdraw_certificate(certificate=row, actor=organiser, why="印错")
    gone = visitor.get(by_code).content.decode()
    assert "证书已撤回" in gone and "印错" not in gone
    assert visitor.get(reverse("publication:checked", args=["2020-001-00001"])).status_code == 404


def test_a_number_is_typed(made, visitor):
    answer = visitor.post(reverse("publication:check"), {"number": f" {made[0].number} "}, follow=True)

    assert "证书有效" in answer.content.decode()


def test_a_correction_brings_a_new_one(edition, organiser, made):
    case = made[0].submission
    operations.correct(edition=edition, actor=organiser, case=case, field="title", words="更正后的名称", reasons="错字")
    tasks.sweep_certificates()
    held = Certificate.objects.get(submission=case, withdrawn_at=None)

    assert held.number != made[0].number and "更正后的名称" in held.words and held.sha256
    assert Certificate.objects.get(pk=made[0].pk).withdrawn_at


def test_a_revoked_award_takes_its_certificate_along(edition, organiser, made, visitor):
    case = made[0].submission
    operations.revoke(edition=edition, actor=organiser, case=case, reasons="材料不实")

    assert not Certificate.objects.filter(submission=case, withdrawn_at=None).exists()
    assert visitor.get(reverse("publication:own_certificate", args=[case.token])).status_code == 404


def test_the_unit_fetches_its_own(made, visitor):
    answer = visitor.get(reverse("publication:own_certificate", args=[made[0].submission.token]))

    assert answer.content == bytes_of(made[0].sha256) and answer["Content-Type"] == "application/pdf"


def test_all_of_them_in_one_zip(edition, made, at_desk):
    data = at_desk.get(reverse("publication:certificates_zip", args=[edition.slug])).content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == [f"{row.number}.pdf" for row in made]


def test_words_of_a_case_are_never_markup(edition, organiser, result):
    row = Certificate.objects.first()
    Certificate.objects.filter(pk=row.pk).update(words='#read("/etc/passwd")\n{x}#{1+1} $x$ *强* @preview')
    row.refresh_from_db()

    assert records.certificate_pdf(row).startswith(b"%PDF")


def test_no_bit_of_the_signature_s_own_head_may_differ(made):
    data, roots = bytes_of(made[0].sha256), records.public_certificate()
    (begin,) = [at for at in range(len(data)) if data.startswith(b"/Contents <30", at)]
    wrong = []
    for at in range(60):  # the CMS structure before its certificate, which no digest covers
        for bit in range(8):
            place = begin + len(b"/Contents <") + 2 * at
            value = int(data[place : place + 2], 16) ^ (1 << bit)
            copy = data[:place] + b"%02X" % value + data[place + 2 :]
            wrong += [(at, bit)] * records.verify(copy, roots).is_good

    assert wrong == []
