"""Questions about lists before the public, objections, results and certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import selection
from zhengping.server.among import among
from zhengping.server.call.models import Edition
from zhengping.server.decision import queries as decision
from zhengping.server.publication import records
from zhengping.server.publication.models import RESERVE, Certificate, Correction, EditedText, Listed, Notice, Objection, Result, Revocation, Ruling, Setting
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


def standing_publicly(editions: Iterable[Edition]) -> dict[str, set[int]]:
    """The keys of editions that have a list before the public ("lists") and results ("results")."""
    held = [edition.pk for edition in editions]
    return {"lists": set(Notice.objects.filter(edition__in=held).values_list("edition", flat=True)), "results": set(Result.objects.filter(edition__in=held).values_list("edition", flat=True))}


def listed(case: Submission, place: int, award: str, themes: dict[str, str]) -> Listed:
    """A case's row in a list, its words as they are now (not kept)."""
    return Listed(submission=case, place=place, award=award, title=case.title, unit=case.unit, region=case.place, theme=themes.get(case.theme, ""))


def upheld(notice: Notice) -> list[Ruling]:
    """Rulings on objections to a list that change it."""
    return list(Ruling.objects.filter(objection__notice=notice, is_upheld=True).exclude(effect="none").select_related("objection__submission"))


@dataclass(frozen=True, slots=True)
class Plan:
    """A new list as it would be: its rows (not kept), who was passed over with the reason in each language, places that stay empty by award and why ("chosen", "higher": the reserve enters the lowest award alone, "exhausted"), awards with more cases than the rules give."""

    way: str
    rows: list[Listed]
    skips: list[tuple[Submission, str, dict[str, str]]]
    empty: list[tuple[str, int, str]]
    over: list[tuple[str, int, int]]
    hash: str

    @property
    def moved(self) -> list[Listed]:
        """The cases that move up."""
        return [row for row in self.rows if row.moved_from]


def plans(notice: Notice) -> list[Plan]:
    """The new lists that upheld rulings on a list may lead to, one for each way to fill the places that fall free; one alone where none does, none without a decided list."""
    held = decision.decided(notice.edition)
    if held is None:
        return []
    known, rulings = decision.standing(held), {ruling.objection.submission_id: ruling for ruling in sorted(upheld(notice), key=lambda one: (one.effect == "remove", one.pk))}
    old = list(notice.rows.select_related("submission"))
    reserve = [row.submission for row in known.reserve if row.submission_id not in {one.submission_id for one in old}]
    after = {row.submission_id: rulings[row.submission_id].award if row.submission_id in rulings else row.award for row in old}
    barred = _barred(notice.edition, known)
    options: dict[str, selection.Filling] = {}
    for way in ("reserve", "cascade", "empty"):
        options[way] = selection.fill(
            {str(row.submission.number): row.award for row in old}, {str(row.submission.number): after[row.submission_id] for row in old if after[row.submission_id]},
            [str(case.number) for case in reserve] if way != "empty" else [], known.rules, known.candidates, known.values, barred=barred, cascades=way == "cascade",
        )  # fmt: skip
    if not options["empty"].empty:
        options = {"reserve": options["reserve"]}
    elif options["cascade"] == options["reserve"]:
        del options["cascade"]
    return [_plan(way, found, old, after, known.rules, {str(case.number): case for case in [*(row.submission for row in old), *reserve]}, dict(notice.edition.themes.values_list("key", "name"))) for way, found in options.items()]


def digest(options: list[Plan]) -> str:
    """The hash of plans, by which one tells whether they are still those that somebody looked at."""
    return hashlib.sha256(" ".join(plan.hash for plan in options).encode()).hexdigest()


def _barred(edition: Edition, known: decision.Standing) -> dict[str, str]:
    """Cases that may not move up, with the key of the sentence that says why."""
    ruled = Ruling.objects.filter(objection__edition=edition, is_upheld=True).exclude(effect="none").values_list("objection__submission__number", flat=True)
    gone = [str(row.submission.number) for row in known.reserve if row.submission.withdrawn_at or row.submission.excluded_why]
    return {**dict.fromkeys(known.refused, "moving-jury"), **dict.fromkeys(gone, "moving-gone"), **dict.fromkeys(map(str, ruled), "moving-ruled")}


def _plan(way: str, found: selection.Filling, old: list[Listed], after: dict[int, str], rules: selection.Rules, cases: dict[str, Submission], themes: dict[str, str]) -> Plan:
    names = [award.name for award in rules.awards]
    moves = {move.case: move for move in found.moves}
    rows = []
    for row in old:
        move = moves.pop(str(row.submission.number), None)
        row = copy(row)
        row.award, row.moved_from = (move.after, move.before) if move else (after[row.submission_id], "")
        rows += [row] if row.award else []
    rows.sort(key=lambda row: (names.index(row.award), row.place))
    for move in moves.values():
        row = listed(cases[move.case], 0, move.after, themes)
        row.moved_from = RESERVE
        rows.append(row)
    for place, row in enumerate(rows, 1):
        row.place = place
    given = [row.award for row in rows]
    over = [(award.name, award.number, given.count(award.name)) for award in rules.awards if given.count(award.name) > award.number]
    empty = [(name, count, "chosen" if way == "empty" else "higher" if way == "reserve" and name != names[-1] else "exhausted") for name, count in found.empty]
    return Plan(way, rows, [(cases[skip.case], skip.award, dict(skip.why)) for skip in found.skips], empty, over, records.hashed(rows))


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


def edits(cases: Iterable[int]) -> dict[int, EditedText]:
    """What the public reads in place of the words of cases, by the key of the case; of those alone that were edited."""
    return {row.submission_id: row for row in EditedText.objects.filter(submission__in=among(cases), ended_at=None)}


def edited_words(cases: Iterable[int]) -> dict[int, str]:
    """The edited texts of cases as running text, by the key of the case."""
    return {key: "\n".join(line for _headings, lines in row.parts for line in lines) for key, row in edits(cases).items()}


def shown(edition: Edition) -> list[Published]:
    """The results as library and books show them: what the public may read, corrected, with the titles that were edited."""
    public = set(published_cases(edition).values_list("pk", flat=True))
    titles = {key: row.title for key, row in edits(public).items()}
    return [replace(row, title=titles.get(row.submission.pk) or row.title) for row in results(edition) if row.submission.pk in public]


def editable(edition: Edition) -> list[Published]:
    """The cases whose text may be edited for the public: of the results, before them of the list that stands, before it of the decided awards."""
    held = notice(edition)
    if result(edition):
        return results(edition)
    listed = held.rows.select_related("submission") if held else decision.awards(edition)
    return [Published(row.submission, row.place, row.award, getattr(row, "title", row.submission.title), getattr(row, "unit", row.submission.unit), "", "", timezone.now()) for row in listed]


def follower(notice: Notice) -> Notice | None:
    """The list that took the place of a list."""
    return Notice.objects.filter(follows=notice).first()


@dataclass(frozen=True, slots=True)
class Changed:
    """A case of a list or of the one before it whose award differs between both: "" for none."""

    row: Listed
    before: str
    after: str


def changed(notice: Notice) -> list[Changed]:
    """What a list changed of the one before it: who went out or down, then who moved up."""
    if notice.follows_id is None:
        return []
    old, new = ({row.submission_id: row for row in Listed.objects.filter(notice=pk).select_related("submission")} for pk in (notice.follows_id, notice.pk))
    ruled = [Changed(new.get(case, row), row.award, new[case].award if case in new else "") for case, row in old.items() if case not in new or new[case].award != row.award]
    return sorted([*ruled, *(Changed(row, "", row.award) for case, row in new.items() if case not in old)], key=lambda one: bool(one.row.moved_from and one.after))


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


def kept_files() -> Iterator[tuple[str, str, str]]:
    """The evidence that came with objections and the signed certificates: (sha256, its name, what it belongs to)."""
    for row in Objection.objects.exclude(evidence="").select_related("edition").order_by("pk").iterator(500):
        yield row.evidence, row.evidence_name, _("{edition} 异议第 {number} 号").format(edition=row.edition.slug, number=row.number)
    for sha256, number, edition in Certificate.objects.exclude(sha256="").order_by("pk").values_list("sha256", "number", "edition__slug").iterator(2000):
        yield sha256, f"certificate-{number}.pdf", _("{edition} 证书 {number}").format(edition=edition, number=number)
