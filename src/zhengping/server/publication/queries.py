"""Questions about lists before the public, objections, results and certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhengping.server.call.models import Edition
from zhengping.server.publication.models import Certificate, Correction, Listed, Notice, Objection, Result, Revocation, Setting
from zhengping.server.submission.models import Submission


def setting(edition: Edition) -> Setting:
    """How an edition publishes; what it begins with where nothing was set (not kept)."""
    return Setting.objects.filter(edition=edition).first() or Setting(edition=edition, issuer="、".join(edition.hosts)[:200])


def notices(edition: Edition):
    """The lists put before the public, the newest first."""
    return Notice.objects.filter(edition=edition)


def notice(edition: Edition) -> Notice | None:
    """The list that stands now."""
    return notices(edition).first()


def result(edition: Edition) -> Result | None:
    """The published results, None before they are."""
    return Result.objects.filter(edition=edition).select_related("notice").first()


@dataclass(frozen=True, slots=True)
class Published:
    """A case of the published results as it stands, corrections applied."""

    submission: Submission
    place: int
    award: str
    title: str
    unit: str
    region: str
    theme: str
    published_at: datetime


def results(edition: Edition) -> list[Published]:
    """The published results as they stand: corrected, without what was revoked, in order. Nothing before they are published. Three queries."""
    held = result(edition)
    if held is None:
        return []
    gone = set(Revocation.objects.filter(result=held).values_list("submission_id", flat=True))
    words: dict[tuple[int, str], str] = {(row.submission_id, row.field): row.after for row in Correction.objects.filter(result=held)}
    found = []
    for row in Listed.objects.filter(notice=held.notice_id).select_related("submission"):
        if row.submission_id not in gone:
            title, unit = words.get((row.submission_id, "title"), row.title), words.get((row.submission_id, "unit"), row.unit)
            found.append(Published(row.submission, row.place, row.award, title, unit, row.region, row.theme, held.published_at))
    return found


def published_cases(edition: Edition):
    """The cases of the published results that were not revoked and whose units consent to publication."""
    held = result(edition)
    if held is None:
        return Submission.objects.none()
    gone = Revocation.objects.filter(result=held).values("submission")
    listed = Listed.objects.filter(notice=held.notice_id).values("submission")
    asked = Q() if not edition.has_consent else Q(consents=True)
    return Submission.objects.filter(asked, pk__in=listed, withdrawn_at=None).exclude(pk__in=gone)


def objections(edition: Edition):
    """All objections with what became of them."""
    return Objection.objects.filter(edition=edition).select_related("submission", "notice", "hearing", "ruling__by")


def unruled(edition: Edition):
    """Objections to be processed on which nobody has ruled yet."""
    return objections(edition).filter(is_anonymous=False, ruling=None)


def certificates(edition: Edition):
    """The certificates of an edition, those withdrawn too."""
    return Certificate.objects.filter(edition=edition).select_related("submission")


def certificate(word: str) -> Certificate | None:
    """The certificate of a number or of the word in its QR code."""
    return Certificate.objects.filter(Q(number=word.strip().upper()) | Q(token=word.strip())).first()
