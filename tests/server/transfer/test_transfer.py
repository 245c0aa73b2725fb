"""An edition goes to another machine and back without losing or changing anything."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import F
from django.utils import timezone

from zhengping.server.call.models import Edition
from zhengping.server.roundup import operations as roundup
from zhengping.server.roundup.models import Collection
from zhengping.server.roundup.tasks import sweep_drafts
from zhengping.server.screening import operations as screening
from zhengping.server.submission.records import store
from zhengping.server.transfer import operations

ROOT = Path(__file__).parents[3]


def test_every_table_leads_to_an_edition_or_is_named():
    lost = [model._meta.label for model in operations._ours() if operations._way(model) is None]

    assert lost == []


def test_no_table_of_ours_is_forgotten():
    ours = {m for m in apps.get_models() if m.__module__.startswith("zhengping.server.")}
    named = {m for m in ours if m._meta.label_lower in operations.STAYS_BY_NAME | {"accounts.user", "accounts.unit", "submission.document"}}

    assert ours - set(operations._ours()) - operations.STAYS - named == set()


@pytest.fixture
def filled(edition, numbered, organiser, screener):
    """Cases, marks, a round-up with a comment, a book."""
    body = edition.bodies.get(division="320000")
    for case in screening.queries.sent_up(body):
        screening.mark(body=body, submission=case, actor=screener, mark="general")
    screening.seal(body=body, actor=screener)
    article = roundup.want_draft(edition=edition, actor=organiser, length=3000)
    sweep_drafts()
    roundup.comment(article=article, actor=organiser, words="请核实")
    book = {"docx": {"sha256": store(b"a book")[0], "size": 6}}
    Collection.objects.create(edition=edition, number=1, title="样例选编", state="ready", files=book, wanted_by=organiser, wanted_at=timezone.now())
    return edition


def test_the_same_state_gives_the_same_bytes(filled, tmp_path):
    for name in ("a.zip", "b.zip"):
        operations.export(edition=filled, out=tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_files_of_a_book_go_along(filled, tmp_path):
    operations.export(edition=filled, out=tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.read(f"files/{hashlib.sha256(b'a book').hexdigest()}") == b"a book"


def test_no_password_leaves_the_machine(filled, tmp_path, organiser):
    operations.export(edition=filled, out=tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        people = packed.read("rows/accounts.user.jsonl").decode()
    assert organiser.email in people and "password" not in people and organiser.password not in people


def _machine(folder, *words):
    """The command on a machine of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ZHENGPING_", "DJANGO_"))}
    kept |= {"ZHENGPING_DATA": str(folder), "PYTHONPATH": str(ROOT / "src"), "LANGUAGE": "zh"}
    return subprocess.run([sys.executable, "-m", "zhengping.cli", *words], env=kept, cwd=ROOT, capture_output=True, text=True)


def test_export_import_on_an_empty_machine_export_gives_the_same_file(filled, tmp_path):
    EmailAddress.objects.update(id=F("id") + 1000)  # as on a machine that has seen many persons
    operations.export(edition=filled, out=tmp_path / "a.zip")

    taken = _machine(tmp_path / "other", "edition", "import", str(tmp_path / "a.zip"))
    again = _machine(tmp_path / "other", "edition", "export", filled.slug, str(tmp_path / "b.zip"))

    assert (taken.returncode, again.returncode) == (0, 0), taken.stderr + again.stderr
    assert hashlib.sha256((tmp_path / "a.zip").read_bytes()).digest() == hashlib.sha256((tmp_path / "b.zip").read_bytes()).digest()


def test_an_edition_that_is_there_is_not_taken_in_twice(filled, tmp_path):
    operations.export(edition=filled, out=tmp_path / "a.zip")

    with pytest.raises(operations.Refused, match="已有届次"):
        operations.take_in(path=tmp_path / "a.zip")


def test_a_changed_file_is_refused_and_leaves_nothing(filled, tmp_path):
    operations.export(edition=filled, out=tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(tmp_path / "b.zip", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace("青蓝".encode(), "青红".encode()) if name.endswith("submission.submission.jsonl") else data)

    answer = _machine(tmp_path / "other", "edition", "import", str(tmp_path / "b.zip"))

    assert answer.returncode == 2 and "已损坏" in answer.stderr


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all"])
def test_what_is_no_export_is_told(tmp_path, db, data):
    (tmp_path / "x.zip").write_bytes(data)

    with pytest.raises(operations.Refused):
        operations.take_in(path=tmp_path / "x.zip")


def test_an_unknown_edition_names_those_that_are_there(tmp_path):
    answer = _machine(tmp_path / "other", "edition", "export", "nothing", str(tmp_path / "x.zip"))
    shutil.rmtree(tmp_path / "other", ignore_errors=True)

    assert answer.returncode == 2 and "nothing" in answer.stderr
    assert not Edition._meta.abstract
