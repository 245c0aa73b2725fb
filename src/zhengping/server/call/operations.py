"""Changes of editions, bodies and members: each one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import tables
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import queries, records
from zhengping.server.call.models import Body, Criterion, Edition, Invitation, MailTemplate, Membership, Part, Theme
from zhengping.server.mail.operations import post

PARTS = (("background", "案例背景", 500), ("implementation", "主要做法", 1300), ("innovation", "创新点", 400), ("effect", "成效", 500), ("spread", "推广价值", 300))
CRITERIA = (("创新性", "做法是否新，是否突破原有机制"), ("典型性", "是否代表一类问题，成效是否有据"), ("可复制性", "其他地方能否照着做"))
MOMENTS = ("opens", "closes", "screening_closes", "judging_opens", "judging_closes", "publicity_opens", "publicity_closes")


class Stale(Exception):
    """Somebody else changed it in the meantime."""


class NotYet(Exception):
    """It cannot be done now; the message says why."""


@transaction.atomic
def begin_edition(*, actor: User, slug: str, number: int, year: int, name: str) -> Edition:
    """A new edition with the usual themes, parts, criteria and invited bodies; whoever begins it is its organiser."""
    edition = Edition.objects.create(slug=slug, number=number, year=year, name=name)
    Theme.objects.bulk_create(
        Theme(edition=edition, key=t.key, name=t.name, english=t.english, belongs=list(t.belongs), order=at) for at, t in enumerate(tables.themes())
    )
    Part.objects.bulk_create(Part(edition=edition, kind=kind, name=name, limit=limit, order=at) for at, (kind, name, limit) in enumerate(PARTS))
    Criterion.objects.bulk_create(Criterion(edition=edition, name=name, explanation=told, order=at) for at, (name, told) in enumerate(CRITERIA))
    Body.objects.bulk_create(Body(edition=edition, division=number, name=name, order=at) for at, (number, name) in enumerate(queries.default_bodies()))
    Membership.objects.create(edition=edition, user=actor, role="organiser")
    note(actor=actor, action="call.begin_edition", object=f"edition:{slug}", edition=slug, after=records.values(edition))
    return edition


@transaction.atomic
def copy_edition(*, actor: User, source: Edition, slug: str) -> Edition:
    """The next edition: everything of the last one but its cases, dates shifted by a year, number and year by one."""
    edition = Edition.objects.get(pk=source.pk)
    edition.pk, edition._state.adding = None, True
    edition.slug, edition.number, edition.year = slug, source.number + 1, source.year + 1
    edition.name = source.name.replace(str(source.year), str(edition.year))
    edition.published_at, edition.version, edition.copied_from, edition.is_sample = None, 1, source, False
    for field in MOMENTS:
        at = getattr(source, field)
        setattr(edition, field, at and _next_year(at))
    edition.save(force_insert=True)
    for kind in (Theme, Part, Criterion, MailTemplate):
        for row in kind.objects.filter(edition=source):
            row.pk, row.edition, row._state.adding = None, edition, True
            row.save(force_insert=True)
    made: dict[int, Body] = {}
    for body in source.bodies.order_by("parent_id", "order"):
        made[body.pk] = Body.objects.create(
            edition=edition,
            parent=made.get(body.parent_id),
            division=body.division,
            name=body.name,
            recommended=body.recommended,
            general=body.general,
            email=body.email,
            order=body.order,
        )
    Membership.objects.create(edition=edition, user=actor, role="organiser")
    note(actor=actor, action="call.copy_edition", object=f"edition:{slug}", edition=slug, before={"from": source.slug}, after=records.values(edition))
    return edition


def _next_year(at):
    try:
        return at.replace(year=at.year + 1)
    except ValueError:  # 29 February
        return at + timedelta(days=365)


@transaction.atomic
def update_edition(*, actor: User, edition: Edition, version: int, changes: Mapping[str, Any]) -> None:
    """Keep changed fields. Raises Stale if the edition was changed since `version` was shown."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if held.version != version:
        raise Stale
    before = {name: getattr(held, name) for name in changes}
    for name, value in changes.items():
        setattr(held, name, value)
    held.version += 1
    held.save(update_fields=[*changes, "version"])
    note(actor=actor, action="call.update_edition", object=f"edition:{held.slug}", edition=held.slug, before=before, after=dict(changes))


ROWS = {"themes": Theme, "parts": Part, "criteria": Criterion}


@transaction.atomic
def set_rows(*, actor: User, edition: Edition, version: int, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace the themes, parts or criteria of an edition, in the order given. Raises Stale."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if held.version != version:
        raise Stale
    model = ROWS[kind]
    fields = [f.name for f in model._meta.fields if f.name not in ("id", "edition", "order")]
    before = list(model.objects.filter(edition=held).values(*fields))
    model.objects.filter(edition=held).delete()
    model.objects.bulk_create(model(edition=held, order=at, **{name: row[name] for name in fields if name in row}) for at, row in enumerate(rows))
    held.version += 1
    held.save(update_fields=["version"])
    after = list(model.objects.filter(edition=held).values(*fields))
    note(actor=actor, action=f"call.set_{kind}", object=f"edition:{held.slug}", edition=held.slug, before={kind: before}, after={kind: after})


@transaction.atomic
def update_body(*, actor: User, body: Body, **changes: Any) -> None:
    """Quota, extension, address or name of a body."""
    held = Body.objects.select_for_update().select_related("edition").get(pk=body.pk)
    before = records.body_values(held)
    for name, value in changes.items():
        setattr(held, name, value)
    held.save(update_fields=list(changes))
    note(actor=actor, action="call.update_body", object=f"body:{held.pk}", edition=held.edition.slug, before=before, after=records.body_values(held))


@transaction.atomic
def add_body(*, actor: User, edition: Edition, division: str, name: str, parent: Body | None = None, **values: Any) -> Body:
    """Invite a further body, or give one a tier below it."""
    order = edition.bodies.count()
    body = Body.objects.create(edition=edition, division=division, name=name, parent=parent, order=order, **values)
    note(actor=actor, action="call.add_body", object=f"body:{body.pk}", edition=edition.slug, after=records.body_values(body))
    return body


@transaction.atomic
def remove_body(*, actor: User, body: Body) -> None:
    """Take a body off the list while nothing hangs on it."""
    note(actor=actor, action="call.remove_body", object=f"body:{body.pk}", edition=body.edition.slug, before=records.body_values(body))
    body.delete()


@transaction.atomic
def publish(*, actor: User, edition: Edition) -> int:
    """Put the notice out and send it to every invited body that has an address; -> how many letters. Raises NotYet."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if held.published_at:
        raise NotYet(_("启事已经发布。"))
    grave = [gap.sentence for gap in queries.gaps(held) if gap.is_grave]
    if grave:
        raise NotYet(grave[0])
    held.published_at = timezone.now()
    held.version += 1
    held.save(update_fields=["published_at", "version"])
    note(actor=actor, action="call.publish", object=f"edition:{held.slug}", edition=held.slug, after={"published_at": held.published_at})
    return sum(send_to_body(edition=held, body=body, kind="notice") for body in held.bodies.filter(parent=None).exclude(email=""))


@transaction.atomic
def withdraw_notice(*, actor: User, edition: Edition, reason: str) -> None:
    """Take the notice back; the page says so, nothing is deleted."""
    Edition.objects.filter(pk=edition.pk).update(published_at=None, version=F("version") + 1)
    note(actor=actor, action="call.withdraw_notice", object=f"edition:{edition.slug}", edition=edition.slug, after={"reason": reason})


def send_to_body(*, edition: Edition, body: Body, kind: str, day: str = "") -> bool:
    """One letter of a kind to a body, of a reminder one a day; -> whether it has an address."""
    if not body.email:
        return False
    page = reverse("screening:cases", args=[edition.slug, body.division]) if kind == "screening" else reverse("call:forwarding", args=[body.token])
    deadline = queries.screening_closes(body) if kind == "screening" else queries.closes(edition, body)
    words = {"body": body.name, "deadline": records.moment(edition, deadline, is_letter=True), "link": records.address(page)}
    subject, text = records.letter(edition, kind, **words)
    post(key=f"{kind}:{edition.slug}:{body.division}:{day}", to=body.email, subject=subject, body=text, kind=kind, edition=edition.slug)
    return True


@transaction.atomic
def remind(*, actor: User | str, edition: Edition, bodies: Iterable[Body], kind: str = "reminder") -> int:
    """Remind bodies; each at most once a day and kind. -> how many have an address."""
    day = timezone.localdate().isoformat()
    sent = [body for body in bodies if send_to_body(edition=edition, body=body, kind=kind, day=day)]
    if sent:
        note(actor=actor, action=f"call.remind.{kind}", object=f"edition:{edition.slug}", edition=edition.slug, after={"bodies": [b.name for b in sent]})
    return len(sent)


@transaction.atomic
def open_forwarding(*, body: Body) -> None:
    """Remember when a body first opened its page."""
    if Body.objects.filter(pk=body.pk, opened_at=None).update(opened_at=timezone.now()):
        note(actor=f"body:{body.pk}", action="call.open_forwarding", object=f"body:{body.pk}", edition=body.edition.slug)


@transaction.atomic
def forward(*, body: Body, own_deadline: Any, contact_name: str, contact_telephone: str) -> None:
    """A body says that it forwarded the notice, by when it wants cases and whom to ask."""
    held = Body.objects.select_for_update().select_related("edition").get(pk=body.pk)
    held.forwarded_at = held.forwarded_at or timezone.now()
    held.own_deadline, held.contact_name, held.contact_telephone = own_deadline, contact_name, contact_telephone
    held.save(update_fields=["forwarded_at", "own_deadline", "contact_name", "contact_telephone"])
    after = {"own_deadline": own_deadline, "contact_name": contact_name, "contact_telephone": contact_telephone}
    key = f"body:{held.pk}"
    note(actor=key, action="call.forward", object=key, edition=held.edition.slug, after=after, personal=("contact_name", "contact_telephone"), subject=key)


# --- members ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, actor: User, edition: Edition, email: str, role: str, body: Body | None = None, days: int = 14) -> Invitation:
    """Invite a person into a role by a link that works once and expires."""
    made = Invitation.objects.create(
        edition=edition, email=email.strip().lower(), role=role, body=body, invited_by=actor, expires_at=timezone.now() + timedelta(days=days)
    )
    role_name = dict(Invitation._meta.get_field("role").choices)[role]
    words = {
        "role": f"{body.name}{role_name}" if body else str(role_name),
        "expires": records.moment(edition, made.expires_at, is_letter=True),
        "link": records.address(reverse("call:accept", args=[made.token])),
    }
    subject, text = records.letter(edition, "invitation", **words)
    post(key=f"invitation:{made.pk}", to=made.email, subject=subject, body=text, kind="invitation", edition=edition.slug)
    after = {"email": made.email, "role": role, "body": body.name if body else ""}
    note(actor=actor, action="call.invite", object=f"invitation:{made.pk}", edition=edition.slug, after=after, personal=("email",), subject=f"address:{made.pk}")
    return made


@transaction.atomic
def accept(*, user: User, token: str) -> Membership:
    """Become a member by an invitation. Raises NotYet if it was used, revoked or has expired, or names another address."""
    found = Invitation.objects.select_for_update().filter(token=token, used_at=None, revoked_at=None, expires_at__gt=timezone.now()).first()
    if found is None:
        raise NotYet(_("这份邀请已使用、已撤销或已过期，请联系组织方重新发送。"))
    if found.email != user.email.lower():
        raise NotYet(_("这份邀请发给了另一个邮箱，请用收到邀请的邮箱登录。"))
    found.used_at, found.used_by = timezone.now(), user
    found.save(update_fields=["used_at", "used_by"])
    member, _is_new = Membership.objects.get_or_create(edition=found.edition, user=user, role=found.role, body=found.body)
    note(actor=user, action="call.accept", object=f"membership:{member.pk}", edition=found.edition.slug, after={"role": found.role, "invitation": found.pk})
    return member


@transaction.atomic
def revoke_invitation(*, actor: User, invitation: Invitation) -> None:
    """Make an invitation's link worthless."""
    Invitation.objects.filter(pk=invitation.pk, used_at=None).update(revoked_at=timezone.now())
    note(actor=actor, action="call.revoke_invitation", object=f"invitation:{invitation.pk}", edition=invitation.edition.slug)


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """End a membership and what was delegated by it. Raises NotYet for the last organiser."""
    others = Membership.objects.filter(edition=membership.edition, role="organiser").exclude(pk=membership.pk)
    if membership.role == "organiser" and not others.exists():
        raise NotYet(_("至少要保留一名组织方成员。"))
    before = {"user": membership.user_id, "role": membership.role, "body": membership.body.name if membership.body else ""}
    note(actor=actor, action="call.remove_member", object=f"membership:{membership.pk}", edition=membership.edition.slug, before=before)
    membership.delete()


@transaction.atomic
def delegate(*, membership: Membership, to: User, until: Any) -> Membership:
    """Hand a task to a colleague until a moment. Raises NotYet for a moment that is past or a delegated task."""
    if membership.on_behalf_of_id:
        raise NotYet(_("受托办理的任务不能再转交他人。"))
    if until <= timezone.now():
        raise NotYet(_("交接截止时间须晚于现在。"))
    made, _is_new = Membership.objects.update_or_create(
        edition=membership.edition,
        user=to,
        role=membership.role,
        body=membership.body,
        defaults={"on_behalf_of": membership, "begins": timezone.now(), "ends": until},
    )
    after = {"to": to.pk, "role": membership.role, "until": until}
    note(actor=membership.user, action="call.delegate", object=f"membership:{made.pk}", edition=membership.edition.slug, after=after)
    return made


@transaction.atomic
def set_template(*, actor: User, edition: Edition, kind: str, subject: str, body: str) -> None:
    """Keep an edition's own words of a letter; empty words bring the product's back."""
    before = MailTemplate.objects.filter(edition=edition, kind=kind).values("subject", "body").first()
    if subject.strip() or body.strip():
        MailTemplate.objects.update_or_create(edition=edition, kind=kind, defaults={"subject": subject.strip(), "body": body.replace("\r\n", "\n").strip()})
    else:
        MailTemplate.objects.filter(edition=edition, kind=kind).delete()
    note(actor=actor, action="call.set_template", object=f"letter:{kind}", edition=edition.slug, before=before, after={"subject": subject, "body": body})
