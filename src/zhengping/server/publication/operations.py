"""Putting a list before the public, objections and rulings, results, certificates and letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhengping.engine.text import personal
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import here
from zhengping.server.call.records import address, letter, moment
from zhengping.server.decision import queries as decision
from zhengping.server.judging.models import Assignment
from zhengping.server.mail.operations import post
from zhengping.server.publication import queries, records
from zhengping.server.publication.models import Certificate, Correction, EditedText, Hearing, Listed, Notice, Objection, Result, Revocation, Ruling, Setting
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Submission
from zhengping.server.submission.records import case_of, keep, store

LARGEST_EVIDENCE = 32 << 20  # bytes
LONGEST_TEXT = 60_000  # characters of an edited case


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


@transaction.atomic
def keep_setting(*, edition: Edition, actor: User, changed: int, **values: Any) -> Setting:
    """Change how an edition publishes. Raises Refused where somebody else did in the meantime."""
    row, _is_new = Setting.objects.select_for_update().get_or_create(edition=edition)
    if row.changed != changed:
        raise Refused(_("同事刚刚修改了公示设置，您的修改没有保存。请核对后再改。"))
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.changed += 1
    row.save()
    note(actor=actor, action="publication.keep_setting", object=f"edition:{edition.pk}", edition=edition.slug, before=before, after=values)
    return row


# --- the list before the public --------------------------------------------------------------------------------------


@transaction.atomic
def open_notice(*, edition: Edition, actor: User, words: str = "", at: datetime | None = None) -> Notice:
    """Put the decided list before the public for the days that the edition's rule counts. Raises Refused without a decided list, or where one is out."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if queries.notice(held):
        raise Refused(_("名单已经公示。如有变动，请在裁定异议后发布新名单。"))
    decided = decision.decided(held)
    if decided is None:
        raise Refused(_("还没有经两人确认的获奖名单，请先在“评奖”中确认。"))
    themes = {theme.key: theme.name for theme in held.themes.all()}
    rows = [queries.listed(award.submission, award.place, award.award, themes) for award in decision.awards(held)]
    return _open(held, actor, rows, words=words, decided=decided.hash, at=at)


def _open(edition: Edition, actor: User, rows: Sequence[Listed], *, words: str, decided: str, at: datetime | None, follows: Notice | None = None, why: str = "", filling: dict[str, object] | None = None) -> Notice:
    rule, now = queries.setting(edition), at or timezone.now()
    last = records.last_day(now.astimezone(here(edition)).date(), rule.days, rule.counting, rule.holidays, rule.workdays)
    made = Notice.objects.create(
        edition=edition, number=follows.number + 1 if follows else 1, follows=follows, why=why[:400], words=words, days=rule.days, counting=rule.counting, opened_at=now,
        closes_at=records.end_of(edition, last), decided=decided, hash=records.hashed(rows), filling=filling or {}, by=actor,
    )  # fmt: skip
    for row in rows:
        row.pk, row.notice = None, made
    Listed.objects.bulk_create(rows, batch_size=500)
    after = {"number": made.number, "hash": made.hash, "cases": len(rows), "closes": made.closes_at, "why": why, "filling": made.filling}
    note(actor=actor, action="publication.open_notice", object=f"notice:{made.pk}", edition=edition.slug, after=after)
    return made


@transaction.atomic
def renew_notice(*, notice: Notice, actor: User, why: str, way: str = "reserve", empty_why: str = "", seen: str | None = None, at: datetime | None = None) -> Notice:
    """Put a new list beside the old: what rulings on it changed is changed, places that fell free are filled as `way` says, the others stay.

    Its publicity period is a whole one, since cases that move up are new in it. `seen` is the digest of the plans that the person looked at. Raises Refused
    where nothing changed, another list stands already, the plans are no longer those seen, or places are to stay empty without a reason.
    """
    held = Notice.objects.select_for_update(of=("self",)).select_related("edition").get(pk=notice.pk)
    if queries.notice(held.edition) != held or queries.result(held.edition):
        raise Refused(_("这份名单已不是最新的名单。"))
    if not queries.upheld(held):
        raise Refused(_("没有成立的异议要求改动名单。"))
    if queries.unruled(held.edition).exists():
        raise Refused(_("还有异议没有裁定，请先裁定。"))
    if not (options := queries.plans(held)):
        raise Refused(_("还没有经两人确认的获奖名单，请先在“评奖”中确认。"))
    plan = next((one for one in options if one.way == way), options[0])
    if seen is not None and seen != queries.digest(options):
        raise Refused(_("名单刚刚有变动，请再看一遍后确认。"))
    if plan.way == "empty" and not empty_why.strip():
        raise Refused(_("请写明空缺的理由。"))
    skips = [[case.number, award, told] for case, award, told in plan.skips]
    filling = {"way": plan.way, "why": empty_why.strip()[:400] if plan.empty else "", "skips": skips, "empty": [list(each) for each in plan.empty]}
    made = _open(held.edition, actor, plan.rows, words=held.words, decided=held.decided, at=at, follows=held, why=why, filling=filling)
    for one in queries.changed(made):
        _tell_change(made, one)
    return made


def _tell_change(notice: Notice, one: queries.Changed) -> None:
    """Write to the unit of a case whose award the new list changed."""
    case, edition = one.row.submission, notice.edition
    if case.contact_email:
        with override("zh-hans"):
            known = {"unit": one.row.unit, "title": one.row.title, "change": told(one), "end": moment(edition, notice.closes_at, is_letter=True)}
        subject, body = letter(edition, "renewed", link=address(reverse("publication:notice", args=[edition.slug])), **known)
        post(key=f"renewed:{notice.pk}:{case.pk}", to=case.contact_email, subject=subject, body=body, kind="renewed", edition=edition.slug)


def told(one: queries.Changed) -> str:
    """What a new list did to a case, in words."""
    if not one.after:
        return _("取消获奖资格")
    if not one.row.moved_from:
        return _("由{before}改为{after}").format(before=one.before, after=one.after)
    return _("由{before}递补为{after}").format(before=one.before or _("备选"), after=one.after)


# --- objections ------------------------------------------------------------------------------------------------------


def object_(*, edition: Edition, at: datetime, reasons: str, is_anonymous: bool = False, case: int | None = None, evidence: BinaryIO | bytes | None = None, evidence_name: str = "", **person: str) -> Objection:
    """Take an objection to the list before the public and give it a number. Raises Refused when none is, or there is no such case on it."""
    sha256 = ""
    if evidence:
        sha256, size = store(evidence, is_waiting=True)
        if size > LARGEST_EVIDENCE:
            raise Refused(_("证据文件不能超过 {size} MB。").format(size=LARGEST_EVIDENCE >> 20))
    with transaction.atomic():
        held = Edition.objects.select_for_update().get(pk=edition.pk)
        notice = queries.notice(held)
        if notice is None or at >= notice.closes_at or queries.result(held):
            raise Refused(_("现在没有正在公示的名单，不能提出异议。"))
        listed = notice.rows.filter(submission__number=case).select_related("submission").first() if case else None
        if case and listed is None:
            raise Refused(_("公示名单中没有编号为 {number} 的案例，请核对。").format(number=case))
        if is_anonymous:
            person = {}
        elif not person.get("name", "").strip() or not (person.get("email") or person.get("telephone")):
            raise Refused(_("请填写真实姓名和联系方式；不填写的按匿名登记，不予处理。"))
        if sha256:
            keep(sha256)
        number = (Objection.objects.filter(edition=held).aggregate(last=Max("number"))["last"] or 0) + 1
        made = Objection.objects.create(
            edition=held, number=number, notice=notice, submission=listed.submission if listed else None, is_anonymous=is_anonymous, reasons=reasons.strip(), evidence=sha256,
            evidence_name=evidence_name[:200], arrived_at=at, **person,
        )  # fmt: skip
        key = f"objection:{made.pk}"
        after = {"number": number, "case": case, "is_anonymous": is_anonymous, "evidence": sha256, **person}
        note(actor=key, action="publication.object", object=key, edition=held.slug, after=after, personal=("name", "email", "telephone", "unit"), subject=key)
        if made.email:
            _write(made, "objection", made.email, state=_("已登记，正在办理。"))
    return made


def _write(objection: Objection, kind: str, to: str, **words: object) -> None:
    link = address(reverse("publication:objection", args=[objection.token]))
    subject, body = letter(objection.edition, kind, number=objection.number, link=link, **words)
    post(key=f"{kind}:{objection.pk}", to=to, subject=subject, body=body, kind=kind, edition=objection.edition.slug)


@transaction.atomic
def ask_unit(*, objection: Objection, actor: User, question: str) -> Hearing:
    """Ask the unit concerned for its answer. Raises Refused for an anonymous objection, one without a case, or one that is ruled on."""
    held = _unruled(objection)
    if held.submission is None:
        raise Refused(_("这份异议没有指明案例，无法听取单位意见。"))
    if hasattr(held, "hearing"):
        raise Refused(_("已经向单位发出询问。"))
    made = Hearing.objects.create(objection=held, question=question.strip(), asked_by=actor, asked_at=timezone.now())
    to = held.submission.contact_email
    if to:
        link = address(reverse("publication:hearing", args=[made.token]))
        subject, body = letter(held.edition, "hearing", unit=held.submission.unit, title=held.submission.title, question=made.question, link=link)
        post(key=f"hearing:{made.pk}", to=to, subject=subject, body=body, kind="hearing", edition=held.edition.slug)
    note(actor=actor, action="publication.ask_unit", object=f"objection:{held.pk}", edition=held.edition.slug, after={"question": made.question})
    return made


@transaction.atomic
def answer(*, hearing: Hearing, words: str) -> None:
    """The unit answers; it may amend its answer until the ruling. Raises Refused afterwards."""
    held = Hearing.objects.select_for_update(of=("self",)).select_related("objection__edition").get(pk=hearing.pk)
    if Ruling.objects.filter(objection=held.objection).exists():
        raise Refused(_("这份异议已经裁定。"))
    held.answer, held.answered_at = words.strip(), timezone.now()
    held.save(update_fields=["answer", "answered_at"])
    note(actor="unit", action="publication.answer", object=f"objection:{held.objection_id}", edition=held.objection.edition.slug, after={"words": held.answer})


def _unruled(objection: Objection) -> Objection:
    held = Objection.objects.select_for_update(of=("self",)).select_related("edition", "submission", "notice").get(pk=objection.pk)
    if held.is_anonymous:
        raise Refused(_("匿名异议只登记，不处理。"))
    if Ruling.objects.filter(objection=held).exists():
        raise Refused(_("这份异议已经裁定。"))
    return held


def conflict(objection: Objection, user: User) -> str:
    """Why a person may not rule on an objection; "" where nothing speaks against it."""
    case = objection.submission
    if objection.email and objection.email.lower() == user.email.lower():
        return _("您就是异议人。")
    if case is None:
        return ""
    if case.owner_id == user.pk or (case.contact_email and case.contact_email.lower() == user.email.lower()):
        return _("您是该案例的报送人。")
    own = user.unit.name.strip() if user.unit_id else ""
    if own and (own in case.unit or case.unit in own):
        return _("您与该案例同属一个单位。")
    if Assignment.objects.filter(submission=case, moved_at=None, seat__user=user).exists():
        return _("您评审过该案例。")
    return ""


@transaction.atomic
def rule(*, objection: Objection, actor: User, is_upheld: bool, reasons: str, has_no_part: bool, effect: str = "none", award: str = "") -> Ruling:
    """Decide on an objection with reasons. Raises Refused where the person has a part in it or did not declare to have none, or the unit was not heard."""
    held = _unruled(objection)
    if told := conflict(held, actor):
        raise Refused(_("您不能裁定这份异议：{why}请由无利害关系的人员裁定。").format(why=told))
    if not has_no_part:
        raise Refused(_("请声明与异议人和被异议单位没有利害关系。"))
    if not reasons.strip():
        raise Refused(_("请写明裁定理由。"))
    if is_upheld and effect != "none":
        if held.submission is None:
            raise Refused(_("这份异议没有指明案例，不能改动名单。"))
        if not hasattr(held, "hearing"):
            raise Refused(_("改动名单前须先听取单位意见。"))
        if effect == "award" and award not in set(held.notice.rows.values_list("award", flat=True)):
            raise Refused(_("没有“{award}”这个奖项。").format(award=award))
    values = {"is_upheld": is_upheld, "effect": effect if is_upheld else "none", "award": award if is_upheld and effect == "award" else "", "reasons": reasons.strip()}
    made = Ruling.objects.create(objection=held, by=actor, at=timezone.now(), **values)
    note(actor=actor, action="publication.rule", object=f"objection:{held.pk}", edition=held.edition.slug, after=values)
    if held.email:
        _write(held, "ruling", held.email, outcome=_("异议成立") if is_upheld else _("异议不成立"), reasons=made.reasons)
    return made


# --- results ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def publish(*, edition: Edition, actor: User, words: str = "", at: datetime | None = None) -> Result:
    """Publish the list that stood to the end as the results, write to the units, and let the certificates be made. Raises Refused before its time."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    notice, now = queries.notice(held), at or timezone.now()
    if queries.result(held):
        raise Refused(_("结果已经发布。"))
    if notice is None:
        raise Refused(_("名单还没有公示。"))
    if now < notice.closes_at:
        raise Refused(_("公示期到 {end} 才结束。").format(end=moment(held, notice.closes_at)))
    if queries.unruled(held).exists():
        raise Refused(_("还有异议没有裁定，请先裁定。"))
    if queries.upheld(notice):
        raise Refused(_("有成立的异议要改动名单，请先发布新名单。"))
    made = Result.objects.create(edition=held, notice=notice, hash=notice.hash, words=words, published_at=now, by=actor)
    note(actor=actor, action="publication.publish", object=f"edition:{held.pk}", edition=held.slug, after={"hash": made.hash, "notice": notice.number})
    _certify(held, [row.submission_id for row in notice.rows.all()])
    for row in queries.results(held):
        if row.submission.contact_email:
            _tell(held, row, "result")
    return made


def _tell(edition: Edition, row: queries.Published, kind: str, **words: object) -> None:
    link = address(reverse("publication:own_certificate", args=[row.submission.token]))
    known = {"unit": row.unit, "title": row.title, "award": row.award, "link": link, "results": address(reverse("publication:results", args=[edition.slug]))}
    subject, body = letter(edition, kind, **known, **words)
    post(key=f"{kind}:{row.submission.pk}", to=row.submission.contact_email, subject=subject, body=body, kind=kind, edition=edition.slug)


@transaction.atomic
def revoke(*, edition: Edition, actor: User, case: Submission, reasons: str) -> Revocation:
    """Take an award back after it was published; its certificate is withdrawn. Raises Refused where the case has none."""
    result = _published(edition, case, reasons)
    made = Revocation.objects.create(result=result, submission=case, reasons=reasons.strip(), by=actor, at=timezone.now())
    _withdraw(case, _("获奖已撤销"))
    note(actor=actor, action="publication.revoke", object=f"submission:{case.pk}", edition=edition.slug, after={"reasons": made.reasons})
    return made


@transaction.atomic
def correct(*, edition: Edition, actor: User, case: Submission, field: str, words: str, reasons: str) -> Correction:
    """Correct the title or unit in the published results; a new certificate takes the old one's place. Raises Refused."""
    result = _published(edition, case, reasons)
    now = next(row for row in queries.results(edition) if row.submission.pk == case.pk)
    before = now.title if field == "title" else now.unit
    if not words.strip() or words.strip() == before:
        raise Refused(_("请填写更正后的内容，它应与原来的不同。"))
    made = Correction.objects.create(
        result=result, submission=case, field=field, before=before, after=words.strip()[:300], reasons=reasons.strip()[:400], by=actor, at=timezone.now()
    )
    _withdraw(case, _("已更正，另发新证书"))
    _certify(edition, [case.pk])
    held = EditedText.objects.select_for_update().filter(submission=case, ended_at=None).first()
    if held and field == "title" and held.title:
        _put_text(case, actor, held, "", held.parts, _("随更正改用更正后的名称"))
    note(actor=actor, action="publication.correct", object=f"submission:{case.pk}", edition=edition.slug, before={field: before}, after={field: made.after, "reasons": made.reasons})
    return made


def _published(edition: Edition, case: Submission, reasons: str) -> Result:
    result = Result.objects.select_for_update(of=("self",)).filter(edition=edition).first()
    if result is None or not any(row.submission.pk == case.pk for row in queries.results(edition)):
        raise Refused(_("发布的结果中没有这个案例。"))
    if not reasons.strip():
        raise Refused(_("请写明理由。"))
    return result


# --- the public's text ------------------------------------------------------------------------------------------------


class Stale(Exception):
    """Somebody else saved in the meantime."""


@transaction.atomic
def edit_text(*, edition: Edition, actor: User, case: Submission, base: int, title: str, parts: records.Parts, why: str = "") -> EditedText | None:
    """Keep a case's title and text as the organiser edited them for the public; -> None where they are the original's own. `base` is the number of the text
    that was edited, 0 for the original. The original, register and figures stay. Personal data is masked. Raises Stale where another text came since, Refused."""
    locked, own = _editable(edition, case)
    held = EditedText.objects.filter(submission=locked, ended_at=None).first()
    if (held.number if held else 0) != base:
        raise Stale
    title = personal.mask(" ".join(title.split()))[0]
    parts = [[[line for line in rows if line] for rows in ([personal.mask(" ".join(line.split()))[0] for line in lines] for lines in part)] for part in parts]
    parts = [part for part in parts if any(part)]
    if not title or not any(lines for _headings, lines in parts):
        raise Refused(_("名称和正文不能为空，没有保存。"))
    if bare := next((headings[0] for headings, lines in parts if not lines), ""):
        raise Refused(_("“{heading}”下面没有文字，请补上文字或删去这个标题。").format(heading=bare))
    if len(title) > 300 or sum(len(line) for part in parts for lines in part for line in lines) > LONGEST_TEXT:
        raise Refused(_("名称超过 300 字或正文超过 {most} 字，没有保存。").format(most=LONGEST_TEXT))
    kept = "" if title == own.title else title
    if not kept and parts == records.parts_of(case_of(submission.current(locked))):
        _end_text(edition, locked, actor, held)
        return None
    if held and (held.title, held.parts) == (kept, parts):
        return held
    return _put_text(locked, actor, held, kept, parts, why)


@transaction.atomic
def restore_text(*, edition: Edition, actor: User, case: Submission, base: int, number: int) -> EditedText | None:
    """Have the public read an earlier edited text again, or the original (0). Raises Stale and Refused."""
    locked, _own = _editable(edition, case)
    held = EditedText.objects.filter(submission=locked, ended_at=None).first()
    if (held.number if held else 0) != base:
        raise Stale
    if number == 0:
        _end_text(edition, locked, actor, held)
        return None
    old = EditedText.objects.filter(submission=locked, number=number).first()
    if old is None or old.ended_at is None:
        raise Refused(_("没有这一稿，请核对。"))
    return _put_text(locked, actor, held, old.title, old.parts, _("恢复第 {number} 稿").format(number=number))


def _editable(edition: Edition, case: Submission) -> tuple[Submission, queries.Published]:
    locked = Submission.objects.select_for_update(of=("self",)).select_related("edition").get(pk=case.pk, edition=edition)
    own = next((row for row in queries.editable(edition) if row.submission.pk == locked.pk), None)
    if own is None:
        raise Refused(_("这个案例不在评定的名单中，不能编辑公开的文字。"))
    return locked, own


def _put_text(case: Submission, actor: User, held: EditedText | None, title: str, parts: records.Parts, why: str) -> EditedText:
    now = timezone.now()
    EditedText.objects.filter(submission=case, ended_at=None).update(ended_at=now, ended_by=actor)
    last = EditedText.objects.filter(submission=case).aggregate(last=Max("number"))["last"] or 0
    made = EditedText.objects.create(submission=case, number=last + 1, version=case.current, title=title, parts=parts, why=why[:200], by=actor, at=now)
    before, after = {"number": held.number if held else 0}, {"number": made.number, "title": title, "why": made.why}
    note(actor=actor, action="publication.edit_text", object=f"submission:{case.pk}", edition=case.edition.slug, before=before, after=after)
    return made


def _end_text(edition: Edition, case: Submission, actor: User, held: EditedText | None) -> None:
    if held and EditedText.objects.filter(pk=held.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=actor):
        note(actor=actor, action="publication.end_text", object=f"submission:{case.pk}", edition=edition.slug, before={"number": held.number})


# --- certificates ----------------------------------------------------------------------------------------------------


def _certify(edition: Edition, cases: Sequence[int]) -> None:
    """A row for each certificate; the worker makes and signs the files."""
    rule, wanted = queries.setting(edition), set(cases)
    day = timezone.now().astimezone(here(edition)).date()
    last = Certificate.objects.filter(edition=edition).count()
    rows = []
    for at, row in enumerate((row for row in queries.results(edition) if row.submission.pk in wanted), last + 1):
        words = records.filled(rule.words, unit=row.unit, title=row.title, award=row.award, edition=edition.name, year=edition.year)
        number = f"{edition.year}-{edition.pk:03d}-{at:05d}"
        rows.append(Certificate(edition=edition, submission=row.submission, number=number, heading=rule.heading, words=words, issuer=rule.issuer, day=day))
    Certificate.objects.bulk_create(rows, batch_size=500)


def _withdraw(case: Submission, why: str) -> None:
    Certificate.objects.filter(submission=case, withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_why=why)


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, actor: User, why: str, is_replaced: bool = False) -> None:
    """Withdraw a certificate, with the reason; another is made where it is replaced. Raises Refused for one that is withdrawn."""
    held = Certificate.objects.select_for_update(of=("self",)).select_related("edition", "submission").get(pk=certificate.pk)
    if held.withdrawn_at:
        raise Refused(_("这份证书已经撤回。"))
    if not why.strip():
        raise Refused(_("请写明理由。"))
    _withdraw(held.submission, why.strip()[:300])
    if is_replaced:
        _certify(held.edition, [held.submission_id])
    note(actor=actor, action="publication.withdraw_certificate", object=f"submission:{held.submission_id}", edition=held.edition.slug, after={"number": held.number, "why": why})


def make_certificate(*, certificate: Certificate) -> None:
    """Make and sign the file of a certificate, once."""
    sha256, _size = store(records.certificate_pdf(certificate))
    Certificate.objects.filter(pk=certificate.pk, sha256="").update(sha256=sha256, made_at=timezone.now())
