"""Taking files in, reading them, making cases of them, giving numbers; coding, comparing, deciding."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import chains, originality, reading, record, tables
from zhengping.engine import coding as coder
from zhengping.engine.text import grams
from zhengping.engine.workers import Read, Readers
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Body, Edition
from zhengping.server.call.queries import body_of, by_division
from zhengping.server.mail.models import Letter, Message
from zhengping.server.mail.operations import mark_bounced, post
from zhengping.server.submission import queries, records
from zhengping.server.submission.models import Coding, Counter, Document, EarlierCase, Finding, Incoming, Intake, Match, Submission, Text, Version

ENGINE = "1"
MOST_ATTEMPTS = 3
CHUNK = 20  # cases written in one transaction
SPARE = 200 << 20  # bytes of the disk that uploads must leave free
CONFIRM_HOURS = 72


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


class DiskFull(Refused):
    """No room for the files."""


class Stale(Exception):
    """Somebody else changed it in the meantime."""


# --- taking in -------------------------------------------------------------------------------------------------------


def receive(
    *,
    edition: Edition,
    source: str,
    files: Iterable[tuple[str, BinaryIO | bytes]],
    arrived_at: datetime,
    by: User | None = None,
    body: Body | None = None,
    replaces: Submission | None = None,
    letter: int | None = None,
    sender: str = "",
) -> Intake:
    """Keep files that arrived together; their rows are written when all bytes are on the disk. Raises DiskFull."""
    if records.free() < SPARE:
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。"))
    try:
        kept = [(name, *records.store(file, is_waiting=True)) for name, file in files]
    except OSError as error:
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。")) from error
    with transaction.atomic():
        if letter is not None and (known := Intake.objects.filter(letter=letter).first()):
            return known
        intake = Intake.objects.create(
            edition=edition, source=source, body=body, by=by, replaces=replaces, letter=letter, sender=sender, arrived_at=arrived_at
        )
        Incoming.objects.bulk_create(
            Incoming(intake=intake, name=name[-300:] or "未命名", sha256=sha256, size=size) for name, sha256, size in kept
        )
        after = {"source": source, "files": [sha256 for _name, sha256, _size in kept], "body": body.name if body else ""}
        note(actor=by or (f"address:{sender}" if sender else ""), action="submission.receive", object=f"intake:{intake.pk}", edition=edition.slug, after=after)
    return intake


@lru_cache(maxsize=1)
def readers() -> Readers:
    """The reader processes of this process, started when first needed."""
    return Readers(settings.READERS)


def read(*, incoming: Incoming) -> None:
    """Read one waiting file. A second reader of the same file finds it read and does nothing."""
    with transaction.atomic():
        Incoming.objects.filter(pk=incoming.pk).update(attempts=F("attempts") + 1)
        Intake.objects.filter(pk=incoming.intake_id, began_at=None).update(began_at=timezone.now())
    known = Document.objects.filter(pk=incoming.sha256, by_engine=ENGINE).exists()
    answer = Read() if known else _answer(incoming)
    if answer.reason == "classified":
        records.forget(incoming.sha256)
    else:
        records.keep(incoming.sha256)
    children = [(child, *records.store(child.data, is_waiting=True)) for child in answer.children]
    with transaction.atomic():
        state = "refused" if answer.reason == "classified" else "unreadable" if answer.reason else "read" if known or answer.document else "opened"
        values = {"state": state, "reason": answer.reason, "values": [list(pair) for pair in answer.values]}
        if not Incoming.objects.filter(pk=incoming.pk, state="waiting").update(**values):
            return
        if answer.document and not known:
            fields = {"kind": answer.document.kind, "value": records.packed(answer.document), "by_engine": ENGINE}
            Document.objects.update_or_create(pk=incoming.sha256, defaults=fields)
        Incoming.objects.bulk_create(
            Incoming(intake_id=incoming.intake_id, parent=incoming, name=child.name[-300:], within=list(child.within), sha256=sha256, size=size)
            for child, sha256, size in children
        )
        Incoming.objects.bulk_create(
            Incoming(
                intake_id=incoming.intake_id,
                parent=incoming,
                name=refused.arrival.name[-300:],
                within=list(refused.arrival.within),
                sha256=refused.arrival.sha256,
                size=refused.arrival.size,
                state="unreadable",
                reason=refused.reason,
                values=[list(pair) for pair in refused.values],
            )
            for refused in answer.refused
        )
        if state == "refused":
            note(actor="", action="submission.refuse_classified", object=f"intake:{incoming.intake_id}", edition=incoming.intake.edition.slug, after={"sha256": incoming.sha256})


def _answer(incoming: Incoming) -> Read:
    if incoming.attempts >= MOST_ATTEMPTS:
        return Read(None, "reader-died")
    try:
        data = records.bytes_of(incoming.sha256)
    except (OSError, ValueError):
        return Read(None, "damaged-member", (("error", "sha256"),))
    file = record.IncomingFile(incoming.name, data, tuple(incoming.within), sender=incoming.intake.sender)
    return readers().read(file)


def documents(intake: Intake) -> tuple[list[record.Document], dict[str, list[Incoming]]]:
    """The documents of an intake, each once with all its arrivals, in order of arrival, and the rows by sha256."""
    rows = list(intake.files.filter(state="read").order_by("id"))
    by_sha: dict[str, list[Incoming]] = {}
    for row in rows:
        by_sha.setdefault(row.sha256, []).append(row)
    held = Document.objects.in_bulk(list(by_sha))
    found = []
    for sha256, same in by_sha.items():
        document: record.Document = records.opened(held[sha256].value, record.Document)
        arrivals = tuple(record.Arrival(r.name, r.sha256, r.size, tuple(r.within), intake.sender, "", intake.arrived_at.isoformat()) for r in same)
        found.append(_with_arrivals(document, arrivals))
    return found, by_sha


def _with_arrivals(document: record.Document, arrivals: tuple[record.Arrival, ...]) -> record.Document:
    return replace(document, arrivals=arrivals)


# --- making cases ----------------------------------------------------------------------------------------------------

OFFICIAL = ("zip", "folder", "mail", "screener")  # sent by whom we know: numbered without a further confirmation


def draft(*, intake: Intake) -> list[Submission]:
    """Make the cases of an intake once all its files are read; done again after a fault it makes what is still missing.

    From upload pages they are drafts; what comes by letter, from a province or the organiser is numbered at once. Written in small transactions, so
    that a bulk of thousands keeps nobody waiting.
    """
    found, by_sha = documents(intake)
    made = reading.draft(found)
    noticed: dict[int, list[record.Finding]] = {}
    for finding in made.findings:
        noticed.setdefault(finding.case, []).append(finding)
    there = dict(intake.submissions.values_list("ordinal", "pk"))
    missing = [case for case in made.cases if case.number not in there]
    call, learnt = _coder(intake.edition_id, intake.edition.version, _taught(intake.edition))
    bodies = by_division(intake.edition)
    for start in range(0, len(missing), CHUNK):
        chunk = [(case, chains.check(case, learnt, call)) for case in missing[start : start + CHUNK]]
        with transaction.atomic():
            Intake.objects.select_for_update().get(pk=intake.pk)
            for case, checked in chunk:
                if not intake.submissions.filter(ordinal=case.number).exists():
                    there[case.number] = _kept(intake, case, checked, noticed.get(case.number, ()), bodies).pk
    with transaction.atomic():
        for fate in made.fates:
            rows = [row.pk for row in by_sha.get(fate.sha256, ())]
            Incoming.objects.filter(pk__in=rows).update(role=fate.role, submission=there.get(fate.case))
        Intake.objects.filter(pk=intake.pk, state="reading").update(state="drafted", drafted_at=timezone.now())
    return list(Submission.objects.filter(pk__in=set(there.values())))


def check(edition: Edition, case: record.Case) -> chains.Checked:
    """Code and proofread a case by the edition's rules and what persons confirmed so far."""
    call, learnt = _coder(edition.pk, edition.version, _taught(edition))
    return chains.check(case, learnt, call)


def _taught(edition: Edition) -> int:
    """How many confirmed cases the coder knows, in steps, so that it is not made anew for each."""
    count = queries.cases(edition).filter(is_coded_by_person=True).count()
    return count if count < 20 else count // 20 * 20


@lru_cache(maxsize=8)
def _coder(edition: int, version: int, taught: int) -> tuple[record.Edition, coder.Coder]:
    row = Edition.objects.get(pk=edition)
    call = call_records.call(row)
    return call, chains.coder(call, queries.confirmed_entries(row) if taught else ())


def _kept(intake: Intake, case: record.Case, checked: chains.Checked, noticed: Sequence[record.Finding], bodies: dict[str, Body]) -> Submission:
    """A case as a new submission, a new version of the one it replaces, or a copy of one that is there."""
    if intake.replaces_id:
        submission = Submission.objects.select_for_update().get(pk=intake.replaces_id)
        if submission.withdrawn_at is None:
            _add_version(submission, intake, case, checked, noticed, why=_("替换"))
        return submission
    if intake.source in OFFICIAL and case.documents:
        same = queries.arrived(intake.edition).filter(versions__documents__0=case.documents[0], title=case.title[:300]).first()
        if same:
            return same
    division = checked.coding.place.division or case.province
    submission = Submission(
        edition=intake.edition,
        intake=intake,
        ordinal=case.number,
        body=intake.body or body_of(intake.edition, division, bodies),
        title=case.title[:300] or _("（无标题）"),
        unit=(case.unit or checked.coding.unit)[:200],
        owner=intake.by if intake.source == "upload" else None,
        source=intake.source,
        arrived_at=intake.arrived_at,
        current=0,
    )
    for datum in case.personal:
        if datum.kind == "telephone" and not submission.contact_telephone:
            submission.contact_telephone = datum.value[:60]
        if datum.kind == "e-mail" and not submission.contact_email:
            submission.contact_email = datum.value[:254]
        if datum.kind == "person" and not submission.contact_name:
            submission.contact_name = datum.value[:60]
    submission.contact_email = submission.contact_email or intake.sender
    submission.save()
    _add_version(submission, intake, case, checked, noticed)
    if intake.source in OFFICIAL:
        _number(submission, actor=intake.by or "", via=intake.source)
    return submission


def _add_version(submission: Submission, intake: Intake, case: record.Case, checked: chains.Checked, noticed: Sequence[record.Finding], why: str = "") -> None:
    last = submission.versions.order_by("-number").first()
    number = (last.number if last else 0) + 1
    value, personal = records.split(case)
    by = f"user:{intake.by_id}" if intake.by_id else "unit"
    Version.objects.create(
        submission=submission, number=number, intake=intake, value=value, personal=personal, documents=list(case.documents), why=why, by=by, at=timezone.now()
    )
    submission.current = number
    if number > 1:
        submission.title = case.title[:300] or submission.title
        submission.unit = (case.unit or submission.unit)[:200]
    findings = records.finding_rows(submission, number, (*noticed, *checked.findings))
    Finding.objects.bulk_create(findings)
    text, _is_new = Text.objects.update_or_create(submission=submission, defaults={"words": case.text})
    _index([(submission.pk, _sought(submission.title, submission.unit, text.words, text.also))])
    submission.characters = sum(not letter.isspace() for letter in case.text)
    submission.open_findings = sum(finding.severity != "notice" for finding in findings)
    submission.compared_at = None
    _keep_coding(submission, checked.coding, source="machine", by="machine")
    submission.changed += 1
    submission.save()
    note(
        actor=by, action="submission.add_version", object=f"submission:{submission.pk}", edition=intake.edition.slug,
        after={"version": number, "documents": list(case.documents), "title": submission.title},
    )  # fmt: skip


def index_left(most: int = 500) -> int:
    """Put cases into the search index that came without passing here, as an import brings them; -> how many."""
    keys = queries.unindexed(most)
    rows = Submission.objects.filter(pk__in=keys).values_list("pk", "title", "unit", "words__words", "words__also")
    with transaction.atomic():
        _index([(pk, _sought(*words)) for pk, *words in rows], is_new=True)
    return len(keys)


@transaction.atomic
def index_also(words: dict[int, str]) -> int:
    """Let cases be found by these words too, each by the key of its case, in place of those held before; -> of how many that changed."""
    stale = [pk for pk, also in Text.objects.filter(pk__in=words).values_list("pk", "also") if also != words[pk]]
    changed = list(Text.objects.filter(pk__in=stale).select_related("submission"))
    for text in changed:
        text.also = words[text.pk]
    Text.objects.bulk_update(changed, ["also"], batch_size=400)
    _index([(text.pk, _sought(text.submission.title, text.submission.unit, text.words, text.also)) for text in changed])
    return len(changed)


def _sought(title: str, unit: str, words: str | None, also: str | None) -> str:
    return "\n".join(filter(None, (title, unit, words, also)))


def _index(rows: Sequence[tuple[int, str]], *, is_new: bool = False) -> None:
    """Keep the words of cases for searching, in place of those that are held."""
    with connection.cursor() as at:
        if connection.vendor == "postgresql":
            sentence = "INSERT INTO submission_sought (id, words, runs) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE SET words = excluded.words, runs = excluded.runs"
            clean = [(pk, grams.folded(words).replace("\0", " ")) for pk, words in rows]
            at.executemany(sentence, [(pk, words, sorted(grams.runs(words))) for pk, words in clean])
            return
        for pk, _words in () if is_new else rows:
            at.execute("SELECT words FROM submission_sought WHERE id = %s", [pk])
            if before := at.fetchone():
                at.execute("INSERT INTO submission_pairs (submission_pairs, rowid, pairs) VALUES ('delete', %s, %s)", [pk, grams.pairs(before[0])])
        at.executemany("INSERT INTO submission_pairs (rowid, pairs) VALUES (%s, %s)", [(pk, grams.pairs(words)) for pk, words in rows])
        at.executemany("INSERT OR REPLACE INTO submission_sought (id, words) VALUES (%s, %s)", rows)


def _keep_coding(submission: Submission, value: record.Coding, *, source: str, by: str, batch: str = "") -> Coding:
    row = Coding.objects.create(
        submission=submission, version=submission.current, source=source, by=by, at=timezone.now(), value=records.packed(value), batch=batch
    )
    _show_coding(submission, value, is_by_person=source == "person")
    return row


def _show_coding(submission: Submission, value: record.Coding, *, is_by_person: bool) -> None:
    submission.division = value.place.division
    submission.place = value.place.name[:80]
    submission.unit_type = value.unit_type[:20]
    submission.unit_level = value.unit_level[:10]
    submission.theme = value.themes[0] if value.themes else ""
    submission.confidence = 1.0 if is_by_person else records.surest(value)
    submission.is_coded_by_person = is_by_person


CODED = ["division", "place", "unit_type", "unit_level", "theme", "confidence", "is_coded_by_person", "changed"]

# --- the unit's own steps --------------------------------------------------------------------------------------------


def _locked(submission: Submission, changed: int | None = None) -> Submission:
    """The row for changing. Raises Stale where it was changed since a page showed it."""
    held = Submission.objects.select_for_update(of=("self",)).select_related("edition", "body").get(pk=submission.pk)
    if changed is not None and held.changed != changed:
        raise Stale
    return held


DETAILS = ("title", "unit", "contact_name", "contact_telephone", "contact_email", "consents")
PERSONAL = ("contact_name", "contact_telephone", "contact_email")


@transaction.atomic
def correct(*, submission: Submission, actor: User | str, changed: int, theme: str = "", division: str = "", **details: Any) -> Submission:
    """Keep what a unit corrects about its case: title, unit, place, theme, contact. Raises Stale and Refused."""
    held = _locked(submission, changed)
    if held.withdrawn_at:
        raise Refused(_("该案例已撤回，不能再修改。"))
    if held.number is not None and not queries.may_change(held, timezone.now()):
        raise Refused(_("征集已经截止，不能再修改。如需更正，请联系组织方。"))
    before = {name: getattr(held, name) for name in DETAILS}
    for name, value in details.items():
        setattr(held, name, value)
    says_more = (theme and theme != held.theme) or (division and division != held.division)
    if says_more or (before["title"], before["unit"]) != (held.title, held.unit):
        _recode(held, actor, theme, division)
    held.changed += 1
    held.save()
    if (before["title"], before["unit"]) != (held.title, held.unit):
        words, also = Text.objects.filter(submission=held).values_list("words", "also").first() or ("", "")
        _index([(held.pk, _sought(held.title, held.unit, words, also))])
    key = f"submission:{held.pk}"
    after = {name: getattr(held, name) for name in DETAILS}
    note(actor=actor, action="submission.correct", object=key, edition=held.edition.slug, before=before, after=after, personal=PERSONAL, subject=key)
    return held


def _recode(held: Submission, actor: User | str, theme: str, division: str) -> None:
    """Code again with the corrected title and unit; what the unit says of place and theme wins over the machine."""
    case = replace(records.case_of(queries.current(held)), title=held.title, unit=held.unit)
    value = check(held.edition, case).coding
    sources = []
    if division and division != value.place.division:
        value = replace(value, place=record.Place(division, _place_name(division), confidence=1.0))
        sources.append("division")
    if theme and (not value.themes or theme != value.themes[0]):
        value = replace(value, themes=(theme, *(t for t in value.themes if t != theme)))
        sources.append("theme")
    confidence = tuple((name, 0.95 if name in sources else share) for name, share in value.confidence)
    _keep_coding(held, replace(value, confidence=confidence, sources=tuple(sources)), source="unit", by=_name(actor))
    if held.intake.body_id is None:
        held.body = body_of(held.edition, held.division)


def _name(actor: User | str) -> str:
    return actor if isinstance(actor, str) else f"user:{actor.pk}"


def _place_name(division: str) -> str:
    return next((d.name for d in reversed(tables.divisions()) if d.number == division), "")


@transaction.atomic
def ask_to_confirm(*, submission: Submission) -> None:
    """Send the link that confirms a draft to the address its unit gave. Raises Refused."""
    held = _locked(submission)
    _check_ready(held)
    if not held.contact_email:
        raise Refused(_("请先填写邮箱；没有邮箱的，可直接确认并记下查询码。"))
    word = signing.dumps({"s": held.pk, "e": held.contact_email}, salt="submission.confirm")
    link = call_records.address(reverse("submission:confirmed", args=[held.token, word]))
    subject, text = call_records.letter(held.edition, "confirm", title=held.title, link=link)
    key = f"confirm:{held.pk}:{held.contact_email}:{timezone.now():%Y%m%d%H%M}"
    post(key=key[:120], to=held.contact_email, subject=subject, body=text, kind="confirm", edition=held.edition.slug)
    note(actor="unit", action="submission.ask_to_confirm", object=f"submission:{held.pk}", edition=held.edition.slug)


def _check_ready(held: Submission) -> None:
    if held.number is not None:
        raise Refused(_("该案例已经确认。"))
    if held.withdrawn_at:
        raise Refused(_("该案例已撤回，请重新上传。"))
    if not held.title.strip() or not held.unit.strip():
        raise Refused(_("请先填写标题和报送单位。"))
    if held.edition.has_consent and not held.consents:
        raise Refused(_("请先勾选同意发表和使用的声明。"))
    if not queries.may_confirm(held, timezone.now()):
        raise Refused(_("征集已经截止，不能再确认。材料已保留，如有特殊情况请联系组织方。"))
    most = held.edition.most_per_unit
    if most and queries.arrived(held.edition).filter(unit=held.unit, withdrawn_at=None).count() >= most:
        raise Refused(_("每个单位最多报送 {most} 个案例，{unit}已经报满。可先撤回其中一个，再确认这一个。").format(most=most, unit=held.unit))


@transaction.atomic
def confirm(*, submission: Submission, via: str, actor: User | str = "unit", word: str = "") -> Submission:
    """Give a draft its number and its receipt; a second confirmation finds it done. `word` is the signed word of the e-mail link. Raises Refused."""
    held = _locked(submission)
    if word:
        try:
            said = signing.loads(word, salt="submission.confirm", max_age=timedelta(hours=CONFIRM_HOURS))
        except signing.SignatureExpired:
            raise Refused(_("确认链接已过期，请在案例页面重新发送。")) from None
        except signing.BadSignature:
            raise Refused(_("确认链接不完整，请从邮件中完整复制。")) from None
        if said != {"s": held.pk, "e": held.contact_email}:
            raise Refused(_("邮箱已经更改，请使用发到新邮箱的确认链接。"))
    if held.number is not None:
        return held
    _check_ready(held)
    _number(held, actor=actor, via=via)
    return held


def _number(held: Submission, *, actor: User | str, via: str) -> None:
    """The next number of the edition, without gaps: the counter's row is locked until the transaction ends."""
    counter = Counter.objects.select_for_update().get_or_create(edition=held.edition)[0]
    counter.last += 1
    counter.save(update_fields=["last"])
    held.number, held.confirmed_at = counter.last, timezone.now()
    held.is_late = queries.is_late(held.edition, held.body, held.arrived_at)
    held.changed += 1
    held.save(update_fields=["number", "confirmed_at", "is_late", "changed"])
    note(actor=actor, action="submission.confirm", object=f"submission:{held.pk}", edition=held.edition.slug, after={"number": held.number, "via": via})
    if held.contact_email and held.source == "upload":  # whoever wrote a letter gets one answer about all of it
        send_receipt(held)


def send_receipt(held: Submission) -> None:
    """Put the receipt into the outbox."""
    subject, text = call_records.letter(
        held.edition,
        "receipt",
        number=held.number,
        title=held.title,
        unit=held.unit,
        time=call_records.moment(held.edition, held.arrived_at, is_letter=True),
        sha256="、".join(queries.current(held).documents),
        link=call_records.address(reverse("submission:case", args=[held.token])),
    )
    sha256, _size = records.store(records.receipt(held, queries.current(held)))
    part = {"name": f"{_('回执')}-{held.number}.pdf", "type": "application/pdf", "sha256": sha256}
    post(key=f"receipt:{held.pk}:{held.current}", to=held.contact_email, subject=subject, body=text, kind="receipt", edition=held.edition.slug, attachments=[part])


@transaction.atomic
def withdraw(*, submission: Submission, actor: User | str, why: str) -> None:
    """A unit takes its case back; the row and its files stay. Raises Refused."""
    held = _locked(submission)
    if not queries.may_change(held, timezone.now()) and actor == "unit":
        raise Refused(_("征集已经截止，不能再撤回。如需撤稿，请联系组织方。"))
    if held.withdrawn_at:
        return
    held.withdrawn_at, held.withdrawn_why, held.changed = timezone.now(), why[:300], held.changed + 1
    held.save(update_fields=["withdrawn_at", "withdrawn_why", "changed"])
    note(actor=actor, action="submission.withdraw", object=f"submission:{held.pk}", edition=held.edition.slug, after={"why": why})


@transaction.atomic
def request_changes(*, submission: Submission, actor: User, body: Body, words: str) -> None:
    """Return a case to its unit with a request. Raises Refused where there is no address."""
    held = _locked(submission)
    if not held.contact_email:
        raise Refused(_("该案例没有联系邮箱，请电话联系报送单位。"))
    link = call_records.address(reverse("submission:case", args=[held.token]))
    subject, text = call_records.letter(held.edition, "request", title=held.title, body=body.name, request=words, link=link)
    key = f"request:{held.pk}:{timezone.now():%Y%m%d%H%M%S}"
    post(key=key, to=held.contact_email, subject=subject, body=text, kind="request", edition=held.edition.slug)
    note(actor=actor, action="submission.request_changes", object=f"submission:{held.pk}", edition=held.edition.slug, after={"words": words})


# --- coding ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_coding(*, submission: Submission, actor: User, changed: int | None, batch: str = "", **said: str) -> Submission:
    """A person confirms the coding of a case, or says what is right: `division`, `unit_type`, `unit_level`, `theme`. Raises Stale."""
    held = _locked(submission, changed)
    row = queries.coding(held)
    if row is None:
        raise Refused(_("该案例还没有编码。"))
    value = records.coding_of(row)
    sources = dict.fromkeys(value.sources)
    if (division := said.get("division", "")) and division != value.place.division:
        name = _place_name(division)
        if not name:
            raise Refused(_("没有代码为“{code}”的行政区划，请从提示中选择。").format(code=division))
        value = replace(value, place=record.Place(division, name, confidence=1.0))
        sources["division"] = None
    for name in ("unit_type", "unit_level"):
        if said.get(name) and said[name] != getattr(value, name):
            value = replace(value, **{name: said[name]})
            sources[name] = None
    if (theme := said.get("theme", "")) and (not value.themes or theme != value.themes[0]):
        value = replace(value, themes=(theme, *(t for t in value.themes if t != theme)))
        sources["theme"] = None
    before = {"division": held.division, "unit_type": held.unit_type, "unit_level": held.unit_level, "theme": held.theme}
    confidence = tuple((name, 1.0) for name, _share in value.confidence)
    value = replace(value, confidence=confidence, sources=tuple(sources))
    _keep_coding(held, value, source="person", by=_name(actor), batch=batch)
    if held.intake.body_id is None and held.division != before["division"]:
        held.body = body_of(held.edition, held.division)
    held.changed += 1
    held.save(update_fields=[*CODED, "body"])
    after = {"division": held.division, "unit_type": held.unit_type, "unit_level": held.unit_level, "theme": held.theme}
    note(actor=actor, action="submission.confirm_coding", object=f"submission:{held.pk}", edition=held.edition.slug, before=before, after=after)
    return held


def confirm_many(*, edition: Edition, actor: User, above: float) -> tuple[str, int]:
    """Confirm all codings above a confidence as one step; -> the step's name, by which it can be undone, and how many."""
    batch = secrets.token_hex(8)
    count = 0
    with transaction.atomic():
        for row in queries.cases(edition).filter(is_coded_by_person=False, confidence__gte=above).select_related("edition", "intake"):
            confirm_coding(submission=row, actor=actor, changed=None, batch=batch)
            count += 1
    return batch, count


@transaction.atomic
def undo_codings(*, edition: Edition, actor: User, batch: str = "", coding: int | None = None) -> int:
    """Take back a person's coding or a whole step; what counted before counts again. -> how many."""
    own = Q(batch=batch) if batch else Q(pk=coding)
    rows = Coding.objects.filter(own, submission__edition=edition, source="person", undone_at=None).select_related("submission")
    count = 0
    for row in rows:
        held = _locked(row.submission)
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
        before = queries.coding(held)
        if before:
            _show_coding(held, records.coding_of(before), is_by_person=before.source == "person")
        held.changed += 1
        held.save(update_fields=CODED)
        note(actor=actor, action="submission.undo_coding", object=f"submission:{held.pk}", edition=edition.slug, before={"coding": row.pk})
        count += 1
    return count


def code_again(*, edition: Edition) -> int:
    """Code the cases that no person confirmed anew, with what persons taught since; -> how many changed."""
    count = 0
    for row in queries.cases(edition).filter(is_coded_by_person=False).select_related("edition"):
        own = queries.coding(row)
        if own is None or own.source != "machine":
            continue
            case = replace(records.case_of(queries.current(row)), title=row.title, unit=row.unit)
        value = check(edition, case).coding
        if (value.themes[:1], records.surest(value)) != ((row.theme,) if row.theme else (), row.confidence):
            with transaction.atomic():
                held = _locked(row)
                if not held.is_coded_by_person:
                    _keep_coding(held, value, source="machine", by="machine")
                    held.save(update_fields=CODED)
                    count += 1
    return count


# --- comparing -------------------------------------------------------------------------------------------------------


def compare(*, edition: Edition) -> int:
    """Compare the cases that were not compared yet with all others and with earlier editions; -> how many matches are new."""
    new = list(queries.to_compare(edition).select_related("edition")[:5000])
    if not new:
        return 0
    ids = {row.pk for row in new}
    changed = {row.pk: row.changed for row in new}
    rows = list(queries.cases(edition))
    texts = dict(Text.objects.filter(submission__in=[row.pk for row in rows]).values_list("submission_id", "words"))
    firsts = {v[0]: v[2] for v in Version.objects.filter(submission__in=[row.pk for row in rows]).order_by("number").values_list("submission_id", "number", "documents")}
    values = [record.Case(row.pk, row.title, row.unit, tuple(texts.get(row.pk, "").split("\n")), documents=tuple(firsts.get(row.pk, ()))) for row in rows]
    before = list(queries.earlier(edition))
    found = originality.match(values, [("earlier", record.Case(e.pk, e.title, e.unit, tuple(e.text.split("\n")))) for e in before])
    with transaction.atomic():
        Match.objects.filter(Q(submission__in=ids) | Q(other__in=ids), decision="").delete()
        made = [_match(edition, m) for m in found if m.case in ids or (not m.edition and m.other in ids)]
        kept = Match.objects.bulk_create(made, ignore_conflicts=True)
        touched = {pk for m in made for pk in (m.submission_id, m.other_id) if pk} | ids
        _count_matches(touched)
        for pk in ids:
            Submission.objects.filter(pk=pk, changed=changed[pk]).update(compared_at=timezone.now())
        note(actor="machine", action="submission.compare", object=f"edition:{edition.slug}", edition=edition.slug, after={"cases": len(ids), "matches": len(made)})
    return len(kept)


def _match(edition: Edition, found: record.Match) -> Match:
    passages = [[p.start, p.end, p.other_start, p.other_end] for p in found.passages]
    if found.edition:
        return Match(edition=edition, submission_id=found.case, earlier_id=found.other, kind=found.kind, share=found.share, passages=passages)
    return Match(edition=edition, submission_id=found.case, other_id=found.other, kind=found.kind, share=found.share, passages=passages)


def _count_matches(ids: Iterable[int]) -> None:
    for pk in ids:
        count = Match.objects.filter(Q(submission=pk) | Q(other=pk), decision="").count()
        Submission.objects.filter(pk=pk).exclude(open_matches=count).update(open_matches=count)


@transaction.atomic
def decide_match(*, match: Match, actor: User, changed: int, decision: str, reason: str) -> None:
    """Say what a match is; "" takes the decision back. Raises Stale."""
    held = Match.objects.select_for_update(of=("self",)).select_related("edition").get(pk=match.pk)
    if held.changed != changed:
        raise Stale
    before = {"decision": held.decision, "reason": held.reason}
    held.decision, held.reason, held.changed = decision, reason[:300], held.changed + 1
    held.decided_by, held.decided_at = (actor, timezone.now()) if decision else (None, None)
    held.save()
    _count_matches([pk for pk in (held.submission_id, held.other_id) if pk])
    after = {"decision": decision, "reason": reason}
    note(actor=actor, action="submission.decide_match", object=f"match:{held.pk}", edition=held.edition.slug, before=before, after=after)


@transaction.atomic
def exclude(*, submission: Submission, actor: User, why: str) -> None:
    """Keep a case out of screening and judging for a reason; "" takes it in again."""
    held = _locked(submission)
    before, held.excluded_why, held.changed = held.excluded_why, why[:300], held.changed + 1
    held.save(update_fields=["excluded_why", "changed"])
    note(actor=actor, action="submission.exclude", object=f"submission:{held.pk}", edition=held.edition.slug, before={"why": before}, after={"why": why})


@transaction.atomic
def decide_finding(*, finding: Finding, actor: User, state: str) -> None:
    """Dismiss a finding, or open it again."""
    held = Submission.objects.select_for_update().get(pk=finding.submission_id)
    before = finding.state
    finding.state, finding.decided_by = state, _name(actor)
    finding.save(update_fields=["state", "decided_by"])
    held.open_findings = held.findings.filter(version=held.current, state="open").exclude(severity="notice").count()
    held.save(update_fields=["open_findings"])
    key = f"submission:{held.pk}"
    note(actor=actor, action="submission.decide_finding", object=key, edition=held.edition.slug, before={"state": before}, after={"finding": finding.kind, "state": state})


@transaction.atomic
def handle_file(*, file: Incoming, actor: User, state: str, words: str) -> None:
    """A person deals with a file that could not be read: `dismissed` with the reason, or `waiting` to read it again."""
    before = file.state
    file.state, file.handled, file.handled_by = state, words[:300], actor
    if state == "waiting":
        file.reason, file.attempts = "", 0
        Intake.objects.filter(pk=file.intake_id).update(state="reading")
    file.save(update_fields=["state", "handled", "handled_by", "reason", "attempts"])
    note(actor=actor, action="submission.handle_file", object=f"file:{file.pk}", edition=file.intake.edition.slug, before={"state": before}, after={"state": state, "words": words})


@transaction.atomic
def keep_earlier(*, edition: Edition, actor: User, name: str, entries: Sequence[record.Entry]) -> int:
    """Keep the cases of an earlier edition for comparing; those of the same name are replaced. -> how many."""
    EarlierCase.objects.filter(edition=edition, name=name).delete()
    EarlierCase.objects.bulk_create(
        EarlierCase(edition=edition, name=name, number=e.case.number or at, title=e.case.title[:300], unit=e.case.unit[:200], text=e.case.text)
        for at, e in enumerate(entries, 1)
    )
    Submission.objects.filter(edition=edition).update(compared_at=None)
    note(actor=actor, action="submission.keep_earlier", object=f"edition:{edition.slug}", edition=edition.slug, after={"name": name, "cases": len(entries)})
    return len(entries)


# --- further ways in -------------------------------------------------------------------------------------------------


def take_folder(*, edition: Edition, folder: Path, by: User, arrived_at: datetime) -> Intake:
    """Take in every file of a folder of this machine, with the folders it stands in. Raises Refused where there is none, and DiskFull."""
    if not folder.is_dir():
        raise Refused(_("服务器上没有文件夹“{folder}”，请核对路径。").format(folder=folder))
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~$")))
    if not paths:
        raise Refused(_("文件夹“{folder}”中没有文件。").format(folder=folder))
    if records.free() < SPARE + sum(path.stat().st_size for path in paths):
        raise DiskFull(_("服务器磁盘空间不足，暂时不能接收文件。文件未被保存，请联系组织方后再试。"))
    kept = []
    for path in paths:
        with path.open("rb") as file:
            kept.append((path, *records.store(file, is_waiting=True)))
    with transaction.atomic():
        intake = Intake.objects.create(edition=edition, source="folder", by=by, arrived_at=arrived_at, path=str(folder)[:500])
        Incoming.objects.bulk_create(
            (Incoming(intake=intake, name=path.name[-300:], within=list(path.relative_to(folder).parts[:-1]), sha256=sha256, size=size) for path, sha256, size in kept),
            batch_size=500,
        )
        after = {"source": "folder", "folder": str(folder), "files": len(kept)}
        note(actor=by, action="submission.receive", object=f"intake:{intake.pk}", edition=edition.slug, after=after)
    return intake


def retype(*, file: Incoming, actor: User, title: str, text: str) -> Intake:
    """A case from what a person typed off a file that no program could read; the file stays with it."""
    words = f"{title.strip()}\n\n{text.strip()}\n".encode()
    made = receive(edition=file.intake.edition, source="screener", files=[(f"{title.strip()[:60] or file.name}.txt", words)], arrived_at=file.intake.arrived_at, by=actor, body=file.intake.body)
    handle_file(file=file, actor=actor, state="dismissed", words=_("已人工录入"))
    return made


@transaction.atomic
def ask_sender(*, file: Incoming, actor: User, language: str) -> None:
    """Write to whoever sent a file that it could not be read, and why. Raises Refused where no address is known."""
    address = file.intake.sender or (file.intake.by.email if file.intake.by else "") or (file.intake.body.email if file.intake.body else "")
    if not address:
        raise Refused(_("不知道这个文件是谁发来的，无法询问。"))
    edition = file.intake.edition
    link = call_records.address(reverse("submission:upload", args=[edition.slug]))
    subject, text = call_records.letter(edition, "answer", subject=file.name, outcome=f"{file.name}：{queries.reason(file, language)}", link=link)
    post(key=f"ask:{file.pk}:{timezone.localdate()}", to=address, subject=subject, body=text, kind="answer", edition=edition.slug)
    note(actor=actor, action="submission.ask_sender", object=f"file:{file.pk}", edition=edition.slug)


# --- letters ---------------------------------------------------------------------------------------------------------

MOST_ANSWERS = 20  # to one address within a day: two machines never write to each other for ever


def keep_letter(*, edition: Edition, mailbox: str, uid: str, raw: bytes) -> Letter:
    """Keep a letter of a mailbox; the same one a second time is the first one, and a copy of its bytes or Message-ID is marked as repeated."""
    seen = Letter.objects.filter(mailbox=mailbox, uid=uid).first()
    if seen:
        return seen
    sha256, _size = records.store(raw, is_waiting=True)
    head = records.letter_head(raw)
    with transaction.atomic():
        twin = Letter.objects.filter(edition=edition.slug).filter(Q(sha256=sha256) | (Q(message_id=head.message_id) if head.message_id else Q(pk=None)))
        kind = "repeated" if twin.exists() else head.kind
        made, is_new = Letter.objects.get_or_create(
            mailbox=mailbox,
            uid=uid,
            defaults={
                "edition": edition.slug, "sha256": sha256, "message_id": head.message_id, "sender": head.sender, "subject": head.subject, "kind": kind,
                "state": "waiting" if kind == "letter" else "done",
            },
        )  # fmt: skip
        if is_new:
            note(actor="mailbox", action="submission.keep_letter", object=f"letter:{made.pk}", edition=edition.slug, after={"kind": kind, "sha256": sha256})
            if kind == "bounce":
                mark_bounced(message_ids=head.returned, why=head.subject)
    return made


def take_letter(*, letter: Letter) -> Intake:
    """Take in what a letter brings, once."""
    edition = Edition.objects.get(slug=letter.edition)
    name = f"{records.safe_name(letter.subject)[:80] or 'mail'}.eml"
    made = receive(edition=edition, source="mail", files=[(name, records.bytes_of(letter.sha256))], arrived_at=letter.arrived_at, letter=letter.pk, sender=letter.sender)
    Letter.objects.filter(pk=letter.pk).update(state="done")
    return made


@transaction.atomic
def answer(*, intake: Intake, language: str = "zh") -> None:
    """Tell the sender of a letter, once, which numbers its cases got and what could not be read; receipts are attached."""
    held = Intake.objects.select_for_update(of=("self",)).select_related("edition").get(pk=intake.pk)
    letter = Letter.objects.filter(pk=held.letter).first()
    if held.answered_at or letter is None:
        return
    held.answered_at = timezone.now()
    held.save(update_fields=["answered_at"])
    lately = Message.objects.filter(kind="answer", to=held.sender, created_at__gt=timezone.now() - timedelta(days=1)).count()
    if not held.sender or lately >= MOST_ANSWERS:
        return
    cases = list(Submission.objects.filter(pk__in=held.files.exclude(submission=None).values("submission")).select_related("edition").order_by("number"))
    bad = list(held.files.filter(state__in=["unreadable", "refused"]))
    lines = [_("已收到案例《{title}》，编号 {number}，查询码 {code}。").format(title=c.title, number=c.number, code=c.query_code) for c in cases]
    lines += [f"{file.path}：{queries.reason(file, language)}" for file in bad]
    if not cases and not bad:
        lines.append(_("邮件中没有找到案例，请把案例的 Word 文件作为附件重新发送，或在网页上传。"))
    parts = []
    for case in cases[:10]:
        sha256, _size = records.store(records.receipt(case, queries.current(case)))
        parts.append({"name": f"receipt-{case.number}.pdf", "type": "application/pdf", "sha256": sha256})
    link = call_records.address(reverse("submission:upload", args=[held.edition.slug]))
    subject, text = call_records.letter(held.edition, "answer", subject=letter.subject, outcome="\n".join(lines), link=link)
    post(
        key=f"answer:{letter.pk}", to=held.sender, subject=subject, body=text, kind="answer", edition=held.edition.slug, attachments=parts, in_reply_to=letter.message_id
    )
