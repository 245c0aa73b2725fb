"""Export an edition to one zip, and take it in on another machine: the rows of every app, the files, each with its sum."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from zhengping.server.accounts.models import Unit, User
from zhengping.server.among import among, among_words
from zhengping.server.audit.models import Anchor, Entry, Head, PersonKey
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.submission.models import Document
from zhengping.server.submission.records import bytes_of, path_of, store
from zhengping.server.transfer import records
from zhengping.server.transfer.models import KeptEntry

FORM = 1
# What belongs to a machine rather than to an edition: its chain, words that open it to programs of its own, and the library's shelves, which are made again.
STAYS = {Entry, Head, Anchor, PersonKey, KeptEntry}
STAYS_BY_NAME = {"api.token", "mail.hook", "mail.delivery", "library.shelf", "library.entry"}
SECRET = frozenset({"password", "last_login", "is_superuser", "is_staff"})
_SUM = re.compile(r"\b[0-9a-f]{64}\b")


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


def _ours() -> list[type[models.Model]]:
    """Every table of our apps that goes along, by name."""
    found = [m for m in apps.get_models() if m.__module__.startswith("zhengping.server.") and m not in STAYS | {User, Unit, Document}]
    return sorted((m for m in found if m._meta.label_lower not in STAYS_BY_NAME), key=lambda m: m._meta.label_lower)


def _way(model: type[models.Model], seen: tuple[type[models.Model], ...] = ()) -> str | None:
    """The lookup that leads from a table to its edition: by keys that must be there before those that may be; "" for the edition itself."""
    if model is Edition:
        return ""
    keys = [f for f in model._meta.concrete_fields if f.is_relation and f.related_model not in (*seen, model, User)]
    for field in sorted(keys, key=lambda f: (f.null, f.related_model is not Edition)):
        rest = _way(field.related_model, (*seen, model))
        if rest is not None:
            return f"{field.name}__{rest}" if rest else field.name
    return "edition#" if any(f.name == "edition" and isinstance(f, models.CharField) for f in model._meta.concrete_fields) else None


def _rows(model: type[models.Model], edition: Edition) -> models.QuerySet:
    way = _way(model)
    if way is None:
        raise LookupError(f"{model._meta.label} leads to no edition: say in transfer where it belongs")
    if way == "":
        return model._default_manager.filter(pk=edition.pk)
    if way.endswith("edition#"):
        return model._default_manager.filter(**{way[:-1]: edition.slug}).order_by("pk")
    return model._default_manager.filter(**{way: edition}).order_by("pk")


def _versions() -> dict[str, str]:
    """The last migration of each app."""
    found: dict[str, str] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        if app in settings.STAGES:
            found[app] = max(name, found.get(app, ""))
    return found


# --- out -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def export(*, edition: Edition, out: Path) -> dict[str, int]:
    """Write everything an edition holds to a zip; -> how many rows of each table. The same state gives the same bytes."""
    counts: dict[str, int] = {}
    sums: set[str] = set()
    people: set[int] = set()
    keys: set[str] = set()
    made = out.with_suffix(out.suffix + ".part")
    with made.open("wb") as file:
        packer = records.Packer(file)

        def table(name: str, rows: Any, without: frozenset[str] = frozenset()) -> None:
            counts[name] = 0

            def lines() -> Iterator[bytes]:
                for row in rows.iterator(500):
                    counts[name] += 1
                    text = records.line(row, without)
                    sums.update(_SUM.findall(text))
                    keys.add(f"{row._meta.model_name}:{row.pk}")
                    people.update(v for f in row._meta.concrete_fields if f.related_model is User and (v := f.value_from_object(row)))
                    yield text.encode() + b"\n"

            packer.add(f"rows/{name}.jsonl", lines())

        for model in _ours():
            table(model._meta.label_lower, _rows(model, edition), frozenset({"copied_from_id"}) if model is Edition else frozenset())
        table("submission.document", Document.objects.filter(pk__in=among_words(sums)).order_by("pk"))
        units = User.objects.filter(pk__in=among(people), unit__isnull=False).values("unit")
        table("accounts.user", User.objects.filter(pk__in=among(people)).order_by("pk"), SECRET)
        table("accounts.unit", Unit.objects.filter(pk__in=units).order_by("pk"))
        table("account.emailaddress", EmailAddress.objects.filter(user__in=among(people)).order_by("user", "email"), frozenset({"id"}))
        subjects = [key for key in PersonKey.objects.order_by("subject").values_list("subject", flat=True) if key in keys]
        table("audit.personkey", PersonKey.objects.filter(subject__in=among_words(subjects)).order_by("subject"), frozenset({"id"}))
        packer.add("audit.jsonl", (line.encode() + b"\n" for line in _entries(edition)))
        for sha256 in sorted(sums):
            if path_of(sha256).exists():
                packer.add(f"files/{sha256}", [bytes_of(sha256)])
        packer.close({"form": FORM, "edition": edition.slug, "versions": _versions(), "counts": counts})
    made.replace(out)
    return counts


def _entries(edition: Edition) -> Iterator[str]:
    """What was done in the edition, here and before it came here, each entry as its chain holds it."""
    for kept in KeptEntry.objects.filter(edition=edition.slug).iterator(1000):
        yield json.dumps(kept.value, ensure_ascii=False, sort_keys=True)
    for entry in Entry.objects.filter(edition=edition.slug).order_by("id").iterator(1000):
        yield records.line(entry)


# --- in --------------------------------------------------------------------------------------------------------------


def take_in(*, path: Path) -> str:
    """Take in what `export` wrote, all or nothing; -> the slug of the edition. Raises Refused where the file is damaged, or this machine is of another
    version, has the edition already, or uses its numbers."""
    try:
        with zipfile.ZipFile(path) as packed:
            told = _manifest(packed)
            with transaction.atomic():
                _put(packed, told)
                for name in told["sums"]:
                    if name.startswith("files/"):
                        if store(packed.read(name))[0] != name[6:]:
                            raise Refused(_("文件 {name} 已损坏，没有导入。").format(name=name))
                note(actor="machine", action="transfer.take_in", object=f"edition:{told['edition']}", after={"file": _sum(path)})
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise Refused(_("这个文件不完整或不是届次导出文件：{why}").format(why=error)) from error
    return told["edition"]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, every member's sum checked."""
    told = json.loads(packed.read("manifest.json"))
    if told["form"] != FORM or told["versions"] != _versions():
        raise Refused(_("导出文件与本机的版本不同，请先把两台机器升级到同一版本。"))
    if set(packed.namelist()) != {*told["sums"], "manifest.json"} or len(packed.namelist()) != len(told["sums"]) + 1:
        raise Refused(_("导出文件中的内容与清单不符，没有导入。"))
    for name, expected in told["sums"].items():
        summed = hashlib.sha256()
        with packed.open(name) as member:
            while piece := member.read(1 << 20):
                summed.update(piece)
        if summed.hexdigest() != expected:
            raise Refused(_("文件 {name} 已损坏，没有导入。").format(name=name))
    if Edition.objects.filter(slug=told["edition"]).exists():
        raise Refused(_("本机已有届次“{slug}”，没有导入。").format(slug=told["edition"]))
    return told


def _put(packed: zipfile.ZipFile, told: dict[str, Any]) -> None:
    moved = {Unit: _people(packed, Unit, "name", "division"), User: {}}
    moved[User] = _people(packed, User, "email", moved=moved)
    if KeptEntry.objects.filter(edition=told["edition"]).exists():
        raise Refused(_("本机已有届次“{slug}”，没有导入。").format(slug=told["edition"]))
    with _as_written():
        for model in (Document, *_ours()):
            rows = [_moved(records.row(model, values), moved) for values in _lines(packed, f"rows/{model._meta.label_lower}.jsonl")]
            there = set()
            for at in range(0, len(rows), 500):
                there |= set(model._default_manager.filter(pk__in=[row.pk for row in rows[at : at + 500]]).values_list("pk", flat=True))
            if there and model is not Document:
                raise Refused(_("本机的“{table}”已在使用同样的编号，请导入到一台空的机器上。").format(table=model._meta.label))
            model._default_manager.bulk_create([row for row in rows if row.pk not in there], batch_size=500)
    for values in _lines(packed, "rows/account.emailaddress.jsonl"):
        owner = moved[User].get(values["user_id"], values["user_id"])
        words = {"verified": values["verified"], "primary": values["primary"]}
        EmailAddress.objects.get_or_create(user_id=owner, email=values["email"], defaults=words)
    for values in _lines(packed, "rows/audit.personkey.jsonl"):
        row = records.row(PersonKey, values)
        if not PersonKey.objects.filter(subject=row.subject).exists():
            row.save(force_insert=True)
    entries = [KeptEntry(edition=told["edition"], number=values["id"], value=values) for values in _lines(packed, "audit.jsonl")]
    KeptEntry.objects.bulk_create(entries, batch_size=1000)
    for sentence in connection.ops.sequence_reset_sql(no_style(), [*_ours(), User, Unit]):
        with connection.cursor() as cursor:
            cursor.execute(sentence)


def _people(packed: zipfile.ZipFile, model: type[models.Model], *known: str, moved: dict[Any, dict[int, int]] | None = None) -> dict[int, int]:
    """Take in persons or units that are not known here; -> their number there to their number here, where it differs."""
    found: dict[int, int] = {}
    for values in _lines(packed, f"rows/{model._meta.label_lower}.jsonl"):
        old = values["id"]
        row = _moved(records.row(model, values), moved or {})
        here = model._default_manager.filter(**{name: getattr(row, name) for name in known}).first()
        if here is None:
            if model._default_manager.filter(pk=old).exists():
                row.pk = None
            if isinstance(row, User):
                row.set_unusable_password()
            row.save(force_insert=True)
            here = row
        if here.pk != old:
            found[old] = here.pk
    return found


def _moved(row: models.Model, moved: dict[Any, dict[int, int]]) -> models.Model:
    for field in row._meta.concrete_fields:
        own = moved.get(field.related_model) if field.is_relation else None
        if own:
            value = getattr(row, field.attname)
            setattr(row, field.attname, own.get(value, value))
    return row


def _lines(packed: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with packed.open(name) as member:
        for line in member:
            yield json.loads(line)


@contextmanager
def _as_written() -> Iterator[None]:
    """Moments that a table sets by itself keep the values that they had."""
    own = [f for m in _ours() for f in m._meta.concrete_fields if getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False)]
    before = [(f, f.auto_now, f.auto_now_add) for f in own]
    try:
        for field in own:
            field.auto_now = field.auto_now_add = False
        yield
    finally:
        for field, now, add in before:
            field.auto_now, field.auto_now_add = now, add
