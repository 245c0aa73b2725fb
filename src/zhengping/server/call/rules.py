"""Who may do what in an edition, in one table. A permission is asked about an edition, a body, or whatever belongs to one."""

from __future__ import annotations

from functools import partial
from typing import Any

import rules
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from zhengping.server.accounts import rules as doors
from zhengping.server.call.models import Body, Edition, Membership


def memberships(user):
    """A person's memberships that hold now, asked once a request."""
    if not user or not user.is_authenticated or not user.is_active:
        return []
    if not hasattr(user, "_memberships"):
        now = timezone.now()
        holds = Q(begins=None) | Q(begins__lte=now), Q(ends=None) | Q(ends__gt=now)
        user._memberships = list(Membership.objects.filter(*holds, user=user).select_related("edition", "body__parent"))
    return user._memberships


def _edition_of(about: Any) -> int | None:
    return about.pk if isinstance(about, Edition) else getattr(about, "edition_id", None)


def has_role(name: str):
    """The predicate that a person holds a role in the edition."""

    @rules.predicate(f"is_{name}")
    def holds(user, about):
        return any(m.role == name and m.edition_id == _edition_of(about) for m in memberships(user))

    return holds


@rules.predicate
def screens_body(user, about):
    """A screener of this very body, or of one above it."""
    if not isinstance(about, Body):
        return False
    own = {m.body_id for m in memberships(user) if m.role == "screener"}
    return bool(own & {about.pk, about.parent_id, about.parent.parent_id if about.parent_id else None} - {None})


@rules.predicate
def is_published(user, about):
    """The notice is out."""
    return isinstance(about, Edition) and about.published_at is not None


@rules.predicate
def may_begin(user):
    """Whoever set the site up, and organisers of earlier editions."""
    return doors.person(user) and (user.is_staff or any(m.role == "organiser" for m in memberships(user)))


organiser, auditor, chair, judge = has_role("organiser"), has_role("auditor"), has_role("chair"), has_role("judge")

rules.add_perm("call.read_notice", is_published | organiser | auditor)
doors.strong("call.manage", organiser)
doors.strong("call.look", organiser | auditor)
doors.strong("call.begin", may_begin)
doors.strong("call.screen", screens_body)
doors.strong("call.look_at_body", screens_body | organiser | auditor)


def find(words: dict[str, Any]) -> Edition | Body | None:
    """The edition, or the body in it, that an address names."""
    if "slug" not in words:
        return None
    edition = Edition.objects.filter(slug=words["slug"]).first()
    if edition is None:
        raise Http404
    if "division" not in words:
        return edition
    body = Body.objects.filter(edition=edition, division=words["division"]).select_related("edition", "parent").first()
    if body is None:
        raise Http404
    return body


door = partial(doors.door, scope=find)
