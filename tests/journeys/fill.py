"""Fills a site for the browser (run as a program, with ZHENGPING_DATA set); prints the addresses that hold keys as JSON.

`demo FOLDER` is the demonstration of a sample folder with one object of each kind, and an edition that is still empty; `small` is one edition that is open;
`sheets` is that one with a judge who has sheets to fill.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import django


def demo(folder: Path) -> dict[str, str]:
    """The demonstration, a draft, a numbered case, an invitation; and an edition without anything."""
    from django.core import signing
    from django.db import transaction
    from django.utils import timezone
    from tests.server.conftest import paper

    from zhengping import samples
    from zhengping.samples.writers import docx
    from zhengping.server import demo as made
    from zhengping.server.accounts.models import User
    from zhengping.server.call import operations as call
    from zhengping.server.call.models import Membership
    from zhengping.server.roundup import operations as roundup
    from zhengping.server.roundup.tasks import sweep_drafts
    from zhengping.server.screening.models import Seal
    from zhengping.server.screening.queries import sent_up
    from zhengping.server.submission import operations, records, tasks
    from zhengping.server.submission.models import Match, Submission

    samples.make(folder, 40, 4)
    edition = made.fill(folder)
    organiser, unit = (User.objects.get(email=f"{role}@example.org") for role in ("organiser", "unit"))
    first = Submission.objects.filter(edition=edition, number__isnull=False).order_by("number").first()
    file = first.files.first()
    held = operations.receive(
        edition=edition, source="upload", files=[("案例.docx", records.bytes_of(file.sha256)), ("空.docx", b"PK")], arrived_at=timezone.now(), by=unit
    )
    tasks.read_now(held)
    draft = held.submissions.get()
    Submission.objects.filter(pk=draft.pk).update(contact_email="unit@example.org")
    word = signing.dumps({"s": draft.pk, "e": "unit@example.org"}, salt="submission.confirm")
    with transaction.atomic():
        empty = call.begin_edition(actor=organiser, slug="empty", number=5, year=2027, name="第五届案例征集（样例）")
    screener = User.objects.get(email="screener@example.org")
    Membership.objects.create(edition=empty, user=screener, role="screener", body=empty.bodies.get(division="320000"))
    article = roundup.want_draft(edition=edition, actor=organiser, length=3000)
    sweep_drafts()
    roundup.comment(article=article, actor=organiser, words="请核实", quote="主要做法如下。")
    article.refresh_from_db()
    roundup.publish(article=article, actor=organiser, version=1)
    changed = article.versions.get().text.replace("主要做法如下。", "有关做法如下。").replace("篇。", "0篇。银保监会另有要求。", 1)
    roundup.save(article=article, actor=organiser, text=changed, base=1, words="样例修改")
    roundup.hold(article=article, actor=organiser)
    at, text = next((at, line) for at, line in enumerate(changed.split("\n")) if "篇" in line and "。" in line)
    asked = roundup.want_rephrasing(article=article, actor=organiser, at=at, text=text, wish="更简短")
    type(asked).objects.filter(pk=asked.pk).update(state="ready", answer=f"{text.split('。')[0]}。其余案例97531篇。")
    invitation = call.invite(actor=organiser, edition=edition, email="judge2@example.org", role="judge")
    jiangsu = docx(paper(0), False)
    tasks.read_now(operations.receive(edition=edition, source="screener", files=[("案例.docx", jiangsu)], arrived_at=timezone.now(), by=screener, body=edition.bodies.get(division="320000")))
    sealed = Seal.objects.filter(edition=edition, returned_at=None).select_related("body").first()
    own = edition.bodies.get(division="320000")
    case = sent_up(own).order_by("number").first() or first
    version = first.versions.get(number=first.current)
    sheet, discussed = judged(edition, organiser)
    keys = published(edition, organiser, first) | voted(edition, organiser)
    return {
        **keys, "draft": draft.token, "numbered": first.token, "word": word, "intake": held.token, "join": invitation.token, "forward": own.token,
        "number": str(first.number), "case": str(case.number), "sealed": sealed.body.division if sealed else "", "batch": str(first.intake_id),
        "match": str(Match.objects.filter(edition=edition).values_list("pk", flat=True).first() or ""), "version": str(version.number),
        "verify": f"{first.pk}/{records.receipt_sign(first, version)}", "sheet": str(sheet), "discussed": str(discussed), "task": str(Membership.objects.get(user=screener, edition=edition).pk),
    }  # fmt: skip


def published(edition, organiser, case) -> dict[str, str]:
    """The list of the edition before the public with an objection on which the unit is heard; a correction and a revoked award in the edition before."""
    from django.utils import timezone

    from zhengping.server import demo as made
    from zhengping.server.call.models import Edition
    from zhengping.server.publication import operations, queries, records, tasks
    from zhengping.server.publication.models import Certificate, Listed, Notice
    from zhengping.server.roundup import operations as roundup
    from zhengping.server.roundup import queries as books
    from zhengping.server.roundup.tasks import sweep_collections
    from zhengping.server.submission.records import case_of

    now = timezone.now()
    words = {"days": 5, "counting": "working", "decided": "样例", "by": organiser, "words": "现将拟获奖名单予以公示。（样例）"}
    notice = Notice.objects.create(edition=edition, number=1, opened_at=now - timedelta(days=9), closes_at=now + timedelta(days=5), hash="0" * 64, **words)
    Listed.objects.create(notice=notice, submission=case, place=1, award="一等奖", title=case.title, unit=case.unit, region=case.place)
    objection = operations.object_(
        edition=edition, at=now, reasons="成效数据与公开资料不一致。（样例）", case=case.number, name="样例异议人", email="objector@example.org", evidence=b"sample", evidence_name="证据.txt"
    )
    heard = operations.ask_unit(objection=objection, actor=organiser, question="请说明成效数据的来源。（样例）")
    past = Edition.objects.get(slug=made.PAST)
    rows = queries.results(past)
    roundup.want_collection(edition=past, actor=organiser, title="案例选编（样例）", cases=sorted(books.public_numbers(past)))
    sweep_collections()
    operations.correct(edition=past, actor=organiser, case=rows[0].submission, field="unit", words="更正后的单位（样例）", reasons="单位更名（样例）")
    if len(rows) > 2:
        operations.revoke(edition=past, actor=organiser, case=rows[-1].submission, reasons="数据不实（样例）")
    while tasks.sweep_certificates():
        pass
    edited = rows[1].submission
    parts = records.parts_of(case_of(edited.versions.get(number=edited.current)))
    operations.edit_text(edition=past, actor=organiser, case=edited, base=0, title=f"{rows[1].title}（经编辑，样例）", parts=[[headings, lines[:2]] for headings, lines in parts], why="压缩篇幅（样例）")
    own = Certificate.objects.filter(edition=past, withdrawn_at=None, submission=rows[0].submission).get()
    return {"objection": objection.token, "hearing": heard.token, "certificate": own.number, "public": str(rows[1].submission.number)}


def voted(edition, organiser) -> dict[str, str]:
    """The public's vote, open, with ballots of which many come from one network; -> the token of one that waits."""
    from django.utils import timezone

    from zhengping.server.judging import operations, queries

    now = timezone.now()
    rules = {"is_on": True, "opens": now - timedelta(days=2), "closes": now + timedelta(days=5)}
    poll = operations.keep_poll(edition=edition, actor=organiser, changed=queries.poll(edition).changed, **rules)
    numbers = list(queries.standings(poll).values_list("submission__number", flat=True)[:3])
    at = now.replace(minute=0) - timedelta(hours=1)
    for voter in range(25):
        operations.confirm_vote(ballot=operations.ask_vote(poll=poll, at=at, numbers=numbers[:1], email=f"voter-{voter}@example.org", ip=f"203.0.113.{voter}"), at=at)
    return {"vote": operations.ask_vote(poll=poll, at=now, numbers=numbers, email="voter@example.org", ip="203.0.113.5").token}


def judged(edition, organiser) -> tuple[int, int]:
    """The demonstration's round, all sheets signed but the judge's own last, a discussion, a proposal; -> that sheet's assignment and the case under discussion."""
    from decimal import Decimal

    from zhengping.server.decision import operations as decision
    from zhengping.server.decision import tasks as decisions
    from zhengping.server.judging import operations, queries, records
    from zhengping.server.judging.models import JudgeSeat

    held = queries.rounds(edition).get()
    operations.keep_panel(edition=edition, actor=organiser, name="第一组（样例）", themes=["reform"], seats=JudgeSeat.objects.filter(edition=edition).values_list("pk", flat=True)[:3])
    own = list(queries.holding(held).filter(seat__email="judge@example.org").select_related("submission").order_by("pk"))
    for at, row in enumerate(queries.holding(held).exclude(sheet__state="signed").select_related("round__edition", "seat__user", "submission")):
        marks = {one.name: Decimal(round(one.high * (60 + (row.submission.number * 7 + at * 3) % 35) / 100)) for one in records.criteria(held)}
        kept = operations.save_sheet(assignment=row, actor=row.seat.user, version=0, marks=marks, notes="做法清楚。（样例）")
        if row.pk != own[-1].pk:
            operations.sign_sheet(assignment=row, actor=row.seat.user, version=kept.version)
    operations.say(held=held, submission=own[0].submission, actor=own[0].seat.user, words="成效的数据可以再核对。（样例）")
    awards = [{"name": name, "number": number, "level": None} for name, number in (("一等奖", 1), ("二等奖", 2), ("三等奖", 3))]
    limits = [{"kind": "most", "by": "province", "number": 2, "award": ""}]
    decision.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=awards, quotas=limits, reserve=3)
    decision.propose(edition=edition, actor=organiser)
    while decisions.sweep():
        pass
    return own[-1].pk, own[0].submission.number


def small() -> dict[str, str]:
    """An edition that is open, six cases, an organiser and a screener of 江苏; and one not published yet."""
    from django.db import transaction
    from tests.server.conftest import edition_of, paper, person, take
    from tests.server.filled import publish

    from zhengping.samples.writers import docx
    from zhengping.server.call import operations as call
    from zhengping.server.call.models import Edition, Membership

    organiser = person("organiser@example.org", name="样例组织方")
    type(organiser).objects.filter(pk=organiser.pk).update(is_staff=True)
    edition = edition_of(organiser)
    edition.bodies.filter(division="320000").update(recommended=1, general=5, email="320000@example.org")
    take(edition, *((f"案例{at}.docx", docx(paper(at), False)) for at in range(6)), source="zip", by=organiser)
    gone = edition_of(organiser, "gone")
    taken = take(gone, *((f"案例{at}.docx", docx(paper(at), False)) for at in range(20, 26)), source="zip", by=organiser)
    publish(gone, organiser, list(taken.submissions.order_by("number")))
    person("key@example.org", name="样例用户")
    screener = person("screener@example.org", name="样例初筛")
    Membership.objects.create(edition=edition, user=screener, role="screener", body=edition.bodies.get(division="320000"))
    with transaction.atomic():
        coming = call.begin_edition(actor=organiser, slug="e5", number=5, year=2027, name="第五届案例征集")
    coming.bodies.filter(division="320000").update(email="jiangsu@example.org")
    now = edition.opens
    Edition.objects.filter(pk=coming.pk).update(
        hosts=["样例主办单位"], contact="样例 010-0", opens=now, closes=now + timedelta(days=60), screening_closes=now + timedelta(days=70)
    )
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "新案例.docx").write_bytes(docx(paper(17), False))
    return {"paper": str(folder / "新案例.docx")}


def sheets() -> dict[str, str]:
    """The small site with a judge who has four sheets to fill."""
    from django.utils import timezone
    from tests.server.conftest import person

    from zhengping.server.call.models import Edition, Membership
    from zhengping.server.judging.models import Assignment, JudgeSeat, Round
    from zhengping.server.submission.models import Submission

    words = small()
    edition, judge, now = Edition.objects.get(slug="e4"), person("judge@example.org", name="样例评委"), timezone.now()
    Membership.objects.create(edition=edition, user=judge, role="judge")
    held = Round.objects.create(edition=edition, number=1, rubric=[{"name": "总分", "explanation": "", "high": 100, "weight": "1"}], opens=now, closes=now + timedelta(days=9))
    seat = JudgeSeat.objects.create(edition=edition, user=judge, name=judge.name, email=judge.email, division="440100", confirmed_at=now)
    for at, case in enumerate(Submission.objects.filter(edition=edition, number__isnull=False).order_by("number")[:4]):
        given = Assignment.objects.create(round=held, seat=seat, submission=case, proposed_at=now, confirmed_at=now)
        words[f"sheet{at}"] = str(given.pk)
    return words


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(demo(Path(sys.argv[2])) if sys.argv[1] == "demo" else sheets() if sys.argv[1] == "sheets" else small()))
