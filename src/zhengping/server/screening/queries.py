"""Questions about marks, quotas and seals."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from zhengping.server.call.models import Body, Edition
from zhengping.server.screening.models import Mark, Seal
from zhengping.server.submission.models import Submission
from zhengping.server.submission.queries import cases_of


def seal_of(body: Body) -> Seal | None:
    """The seal that holds now."""
    return Seal.objects.filter(body=body, returned_at=None).select_related("by").first()


def marks_of(body: Body) -> dict[int, Mark]:
    """A body's marks by submission."""
    return {mark.submission_id: mark for mark in Mark.objects.filter(body=body)}


def sent_up(body: Body):
    """Cases that a body may mark: its own, and those which the bodies below sealed as recommended or general.

    A case of a tier below counts only when that tier has sent up its list (county -> city -> province).
    """
    below = list(Body.objects.filter(Q(parent=body) | Q(parent__parent=body)))
    found = cases_of(body).filter(excluded_why="")
    if not below:
        return found
    ready = set(Seal.objects.filter(body__in=below, returned_at=None).values_list("body_id", flat=True))
    passed = Mark.objects.filter(body__in=ready, mark__in=["recommended", "general"]).values("submission")
    return found.filter(Q(body=body) | Q(pk__in=passed))


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a quota is used; `most` None has no bound."""

    mark: str
    used: int
    most: int | None

    @property
    def left(self) -> int | None:
        """What is left; negative where it is exceeded."""
        return None if self.most is None else self.most - self.used

    @property
    def is_kept(self) -> bool:
        """Whether no more are used than there are."""
        return self.most is None or self.used <= self.most


def quotas(body: Body) -> list[Quota]:
    """The quotas of a body with what is used."""
    used = dict(Mark.objects.filter(body=body, submission__withdrawn_at=None, submission__excluded_why="").values_list("mark").annotate(Count("id")))
    return [Quota("recommended", used.get("recommended", 0), body.recommended), Quota("general", used.get("general", 0), body.general)]


def unmarked(body: Body) -> int:
    """How many cases a body has not marked."""
    return sent_up(body).exclude(pk__in=Mark.objects.filter(body=body).values("submission")).count()


def top_marks(edition: Edition) -> dict[int, str]:
    """The mark by which the register knows a case: that of its body of the first tier, once sealed."""
    rows = Mark.objects.filter(body__edition=edition, body__parent=None).exclude(mark="declined").values_list("submission_id", "mark")
    words = {"recommended": "重点推荐", "general": "一般"}
    return {pk: words[mark] for pk, mark in rows}


def state(edition: Edition) -> list[dict[str, object]]:
    """How far each body of the first tier has come, in four questions."""
    bodies = list(edition.bodies.filter(parent=None))
    top = {b.pk: b.parent_id or b.pk for b in edition.bodies.all()}
    grand = {pk: top.get(parent, parent) for pk, parent in top.items()}
    arrived: dict[int, int] = {}
    for body, count in Submission.objects.filter(edition=edition, number__isnull=False, withdrawn_at=None).values_list("body").annotate(Count("id")):
        if body:
            arrived[grand[body]] = arrived.get(grand[body], 0) + count
    marked: dict[int, dict[str, int]] = {}
    for body, mark, count in Mark.objects.filter(body__in=bodies).values_list("body", "mark").annotate(Count("id")):
        marked.setdefault(body, {})[mark] = count
    sealed = {seal.body_id: seal for seal in Seal.objects.filter(body__in=bodies, returned_at=None)}
    found = []
    for body in bodies:
        own = marked.get(body.pk, {})
        count = arrived.get(body.pk, 0)
        step = "sealed" if body.pk in sealed else "marking" if own else "arrived" if count else "forwarded" if body.forwarded_at else "opened" if body.opened_at else "silent"
        found.append(
            {"body": body, "arrived": count, "marked": sum(own.values()), "recommended": own.get("recommended", 0), "seal": sealed.get(body.pk), "step": step}
        )
    return found
