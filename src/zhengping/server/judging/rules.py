"""Who may judge, look at the judging, and discuss, in one table."""

from __future__ import annotations

from functools import partial
from typing import Any

import rules
from django.http import Http404

from zhengping.server.accounts import rules as doors
from zhengping.server.call.models import Edition
from zhengping.server.call.rules import auditor, chair, judge, organiser
from zhengping.server.judging.models import Assignment, Round


def _sits(user, seat) -> bool:
    """Whether a seat is a person's: bound to the person, or made for the person's address and bound to nobody."""
    return seat.user_id == user.pk or (seat.user_id is None and seat.email == user.email.lower())


@rules.predicate
def reads(user, about):
    """The very judge to whom a case was given, while it is."""
    if not isinstance(about, Assignment) or about.confirmed_at is None or about.moved_at is not None:
        return False
    return _sits(user, about.seat) and judge(user, about.round)


@rules.predicate
def has_signed(user, about):
    """A judge who has signed a sheet of the case (a pair of round and case): before that nobody learns what others gave."""
    if not isinstance(about, tuple):
        return False
    held, number = about
    if not judge(user, held):
        return False
    own = Assignment.objects.filter(round=held, submission__number=number, moved_at=None, sheet__state="signed").select_related("seat")
    return any(_sits(user, row.seat) for row in own)


@rules.predicate
def leads(user, about):
    """The chair or the organiser of the round's edition."""
    held = about[0] if isinstance(about, tuple) else about
    return chair(user, held) or organiser(user, held)


@rules.predicate
def watches(user, about):
    """The auditor of the round's edition."""
    return auditor(user, about[0] if isinstance(about, tuple) else about)


rules.add_perm("judging.judge", judge)
rules.add_perm("judging.read", reads)
doors.strong("judging.look", leads | watches)
doors.strong("judging.lead", leads)
rules.add_perm("judging.discuss", leads | watches | has_signed)
rules.add_perm("judging.speak", leads | has_signed)


def find(words: dict[str, Any]) -> Any:
    """The assignment, the edition, the round in it, or the round with a case's number, that an address names."""
    if "assignment" in words:
        found = Assignment.objects.filter(pk=words["assignment"]).select_related("round__edition", "seat", "submission").first()
        if found is None:
            raise Http404
        return found
    edition = Edition.objects.filter(slug=words["slug"]).first()
    if edition is None:
        raise Http404
    if "round" not in words:
        return edition
    held = Round.objects.filter(edition=edition, number=words["round"]).select_related("edition").first()
    if held is None:
        raise Http404
    return (held, words["number"]) if "number" in words else held


door = partial(doors.door, scope=find)
