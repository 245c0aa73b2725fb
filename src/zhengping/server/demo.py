"""The sample edition -> a site with one log-in for each role: the current edition, whose judges read the recommended cases while a few provinces are late and one
has an extension, and beside it the edition before, which has gone all the way to certificates, library and round-up.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from zhengping.engine.folder import register
from zhengping.samples.writers import Paper, docx
from zhengping.server.accounts.models import User
from zhengping.server.call import operations as call
from zhengping.server.call.models import Body, Edition, Membership
from zhengping.server.decision import operations as decision
from zhengping.server.decision import tasks as deciding
from zhengping.server.decision.models import Confirmation, Proposal
from zhengping.server.judging import operations as judging
from zhengping.server.judging import queries as reading
from zhengping.server.judging.models import JudgeSeat, Round
from zhengping.server.judging.records import criteria
from zhengping.server.library import operations as library
from zhengping.server.publication import operations as publication
from zhengping.server.publication import tasks as certifying
from zhengping.server.publication.models import Certificate, Notice
from zhengping.server.roundup import operations as article
from zhengping.server.roundup import queries as articles
from zhengping.server.roundup import tasks as drafting
from zhengping.server.screening import operations as screening
from zhengping.server.screening.models import Mark, Seal
from zhengping.server.screening.queries import sent_up
from zhengping.server.submission import operations as submission
from zhengping.server.submission import queries, tasks
from zhengping.server.submission.models import Intake, Submission

PASSWORD = "zhengping-demo"
SLUG, PAST = "sample-4", "sample-3"
HOMES = ("440000", "420000", "110000", "310000", "510000", "370000", "610000", "330000", "210000")
DAYS = {"opens": -60, "closes": -10, "screening_closes": -3, "judging_opens": -2, "judging_closes": 28, "publicity_opens": 35, "publicity_closes": 42}
PAST_DAYS = {"opens": -420, "closes": -300, "screening_closes": -280, "judging_opens": -270, "judging_closes": -40, "publicity_opens": -35, "publicity_closes": -25}
PEOPLE = {
    "organiser": ("organiser@example.org", "组织方（样例）"),
    "screener": ("screener@example.org", "初筛人员（样例）"),
    "unit": ("unit@example.org", "报送单位（样例）"),
    "judge": ("judge@example.org", "评委（样例）"),
    "chair": ("chair@example.org", "评审组长（样例）"),
    "auditor": ("auditor@example.org", "监督人员（样例）"),
}
Tell = Callable[[str, int, int], None]


def fill(sample: Path, tell: Tell = lambda stage, done, total: None) -> Edition:
    """Make the edition of a sample folder (incoming/, edition.toml, earlier/) unless it is there. Done again after a fault it goes on."""
    people = {role: _person(*who) for role, who in PEOPLE.items()}
    edition = Edition.objects.filter(slug=SLUG).first() or _edition(sample, people["organiser"])
    for role, user in people.items():
        if role != "unit":
            body = edition.bodies.get(division="320000") if role == "screener" else None
            Membership.objects.get_or_create(edition=edition, user=user, role=role, body=body)
    if not Intake.objects.filter(edition=edition).exists():
        moment = timezone.now() - timedelta(days=12)
        submission.take_folder(edition=edition, folder=sample / "incoming", by=people["organiser"], arrived_at=moment)
    _read(edition, tell)
    _mark(edition, people, tell)
    _judge(edition, people, tell, 0.55)
    _past(sample, people, tell)
    return edition


def _person(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    if email.startswith("organiser") and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return user


def _edition(sample: Path, organiser: User) -> Edition:
    rows = tomllib.loads((sample / "edition.toml").read_text("utf-8"))
    changes = {
        "hosts": rows.get("hosts", []),
        "guidance": rows.get("guidance", []),
        "contact": "样例编辑部，010-00000000",
        "limit": rows.get("limit", 3000),
        "earlier": rows.get("earlier", []),
        "group": rows.get("group", ""),
        "group_types": rows.get("group_types", []),
        "is_sample": True,
    }
    with transaction.atomic():
        edition = call.begin_edition(actor=organiser, slug=SLUG, number=rows.get("number", 4), year=timezone.now().year, name=rows.get("name", "样例征集"))
        changes["notice"] = _notice(rows, [theme.name for theme in edition.themes.all()])
        for body in edition.bodies.all():
            call.update_body(actor=organiser, body=body, email=f"{body.division}@example.org", recommended=6, general=20)
        _go_out(edition, organiser, changes, DAYS)
    edition.refresh_from_db()
    earlier = sample / "earlier" / "register.jsonl"
    if earlier.exists():
        entries = register.read(earlier)
        submission.keep_earlier(edition=edition, actor=organiser, name=entries[0].edition or "往届", entries=entries)
    return edition


def _go_out(edition: Edition, organiser: User, changes: dict, days: dict[str, int]) -> None:
    """Publish an edition whose moments lie so many days from now. No notice goes out after its deadline, so it goes out ahead of them and they are moved after."""
    now, ahead = timezone.now().replace(minute=0, second=0, microsecond=0), 1 - min(0, days["closes"])
    for shift in (ahead, 0):
        edition.refresh_from_db()
        moments = {name: now + timedelta(days=day + shift) for name, day in days.items()}
        call.update_edition(actor=organiser, edition=edition, version=edition.version, changes=moments | (changes if shift else {}))
        if shift:
            edition.refresh_from_db()
            call.publish(actor=organiser, edition=edition)


def _notice(rows: dict, themes: list[str]) -> str:
    hosts = "、".join(rows.get("hosts", [])) or "主办单位"
    return (
        f"（本启事为样例）\n\n为总结各地人才工作的新做法，{hosts}面向全国征集案例。有关事项通知如下。\n\n"
        "一、征集范围\n各省（自治区、直辖市）有关部门，市、县、乡镇街道，高等院校、科研院所，国有企业和民营企业，均可报送。\n\n"
        "二、征集主题\n" + "、".join(themes) + "。\n\n"
        "三、材料要求\n案例应真实、具体，写明背景、做法、创新点、成效和推广价值，全文不超过三千字，以 Word 文件上传。请勿报送涉密材料。\n\n"
        "四、报送方式\n在本页点击“上传案例”，系统立即指出缺漏，确认后即得编号和回执。各省对本地区案例筛选后统一上报，并标明重点推荐或一般。\n\n"
        "五、评审和公示\n由专家按创新性、典型性、可复制性匿名评审，结果公示五个工作日。"
    )


def _read(edition: Edition, tell: Tell) -> None:
    total = sum(intake.files.count() for intake in Intake.objects.filter(edition=edition)) or 1
    while tasks.sweep_files():
        waiting = queries.waiting().filter(intake__edition=edition).count()
        tell("read", max(0, total - waiting), total)
    tasks.sweep_drafts()
    while submission.index_left():
        pass
    tell("compare", 0, 1)
    submission.compare(edition=edition)
    tell("compare", 1, 1)


def _mark(edition: Edition, people: dict[str, User], tell: Tell) -> None:
    """Most provinces sealed, a few late; the screener's own, whose units may still send, half marked; a fifth of the codings confirmed."""
    if any(True for body in edition.bodies.all() if body.forwarded_at):
        return
    late = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    call.update_body(actor=people["organiser"], body=edition.bodies.get(division="320000"), extended_to=late)
    having = [body for body in edition.bodies.filter(parent=None) if sent_up(body).exists()]
    for at, body in enumerate(having):
        call.open_forwarding(body=body)
        call.forward(body=body, own_deadline=edition.closes, contact_name="联系人（样例）", contact_telephone="010-00000000")
        if body.division == "320000":
            _marks(body, people["screener"], 0.5)
        elif at % 5 == 3:
            _marks(body, people["organiser"], 0.6)
        elif at % 5 != 4:
            _marks(body, people["organiser"], 1.0)
            screening.seal(body=body, actor=people["organiser"], for_body=True, reason="样例")
        tell("mark", at + 1, len(having))
    Seal.objects.filter(edition=edition).update(at=edition.screening_closes - timedelta(days=1))  # sent up in time
    for row in queries.cases(edition).filter(confidence__gte=0.97).order_by("number")[:48]:
        submission.confirm_coding(submission=row, actor=people["organiser"], changed=None)


def _marks(body: Body, user: User, share: float) -> None:
    cases = list(sent_up(body).order_by("-confidence", "number"))
    for at, case in enumerate(cases[: max(1, round(len(cases) * share))]):
        is_recommended = at < min(body.recommended or 0, len(cases) // 3)
        screening.mark(body=body, submission=case, actor=user, mark="recommended" if is_recommended else "general", reason="做法具体，成效有据" if is_recommended else "")


def _judge(edition: Edition, people: dict[str, User], tell: Tell, share: float) -> Round:
    """Nine judges and a round over the recommended cases (all, where few are marked), of whose sheets a share is signed, the judge's own last among the rest."""
    held = reading.rounds(edition).first()
    if held:
        return held
    themes = [theme.key for theme in edition.themes.all()]
    for at, home in enumerate(HOMES):
        user = people["judge"] if not at else _person(f"judge-{at + 1}@example.org", f"评委{at + 1}（样例）")
        Membership.objects.get_or_create(edition=edition, user=user, role="judge")
        own = {"user": user, "name": user.name, "unit": f"样例研究院{at + 1}", "division": home, "confirmed_at": timezone.now()}
        own["fields"] = [themes[(at + step) % len(themes)] for step in range(3)]
        JudgeSeat.objects.get_or_create(edition=edition, email=user.email, defaults=own)
    organiser, now = people["organiser"], timezone.now()
    scope = "recommended" if Mark.objects.filter(body__edition=edition, mark="recommended").count() >= 2 * len(HOMES) else "all"
    held = judging.begin_round(edition=edition, actor=organiser, reads=3, scope=scope, closes=max(edition.judging_closes, now + timedelta(days=1)))
    judging.propose(held=held, actor=organiser)
    judging.confirm(held=held, actor=organiser)
    chance = random.Random(edition.number)
    quality = {pk: chance.gauss(0, 1) for pk in reading.cases(held).order_by("number").values_list("pk", flat=True)}
    severity = {seat.pk: chance.gauss(0, 0.5) for seat in JudgeSeat.objects.filter(edition=edition)}
    rows = sorted(reading.holding(held).select_related("round__edition", "seat__user", "submission"), key=lambda row: (row.seat.user_id == people["judge"].pk, row.pk))
    signed = round(len(rows) * share) if share < 1 else len(rows)
    mine = [row for row in rows if row.seat.user_id == people["judge"].pk]
    wanted = rows if share >= 1 else [*(row for row in rows if row not in mine)][: signed - len(mine) // 2] + mine[: len(mine) // 2]
    for at, row in enumerate(wanted):
        value = quality[row.submission_id] + severity[row.seat_id] + chance.gauss(0, 0.7)
        marks = {one.name: Decimal(str(round(min(one.high, max(0, one.high * (0.72 + 0.09 * value + chance.gauss(0, 0.01)))), 1))) for one in criteria(held)}
        sheet = judging.save_sheet(assignment=row, actor=row.seat.user, version=0, marks=marks, notes="做法具体，数据可核。（样例）" if value > 0 else "成效还缺数据。（样例）")
        judging.sign_sheet(assignment=row, actor=row.seat.user, version=sheet.version)
        tell("judge", at + 1, len(wanted))
    return held


def _past(sample: Path, people: dict[str, User], tell: Tell) -> None:
    """The edition before: read, judged, decided by two persons, put before the public, published with certificates, library and round-up."""
    path = sample / "earlier" / "register.jsonl"
    if not path.exists():
        return
    organiser, chair = people["organiser"], people["chair"]
    edition = Edition.objects.filter(slug=PAST).first() or _past_edition(organiser)
    for role in ("organiser", "chair", "auditor", "judge"):
        Membership.objects.get_or_create(edition=edition, user=people[role], role=role, body=None)
    if not Intake.objects.filter(edition=edition).exists():
        files = [(f"{e.case.number}.docx", docx(Paper(e.case.title, e.case.unit, (("正文", e.case.paragraphs),)), False)) for e in register.read(path)]
        submission.receive(edition=edition, source="zip", files=files, arrived_at=edition.opens + timedelta(days=30), by=organiser)
    _read(edition, tell)
    held = _judge(edition, people, tell, 1)
    cases = Submission.objects.filter(edition=edition, number__isnull=False)
    if not Notice.objects.filter(edition=edition).exists():
        judging.update_round(held=held, actor=organiser, changed=held.changed, closes=edition.judging_closes)
        cases.update(consents=True)
        many = cases.count()
        awards = [{"name": name, "number": max(1, many // part), "level": None} for name, part in (("一等奖", 20), ("二等奖", 10), ("三等奖", 5))]
        limits = [{"kind": "most", "by": "province", "number": max(2, many // 12), "award": ""}]
        decision.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=awards, quotas=limits, reserve=3)
        proposal = decision.propose(edition=edition, actor=organiser)
        while deciding.sweep():
            tell("decide", 0, 1)
        tell("decide", 1, 1)
        for who, role in ((chair, "chair"), (organiser, "organiser")):
            decision.confirm(proposal=proposal, actor=who, role=role)
        publication.open_notice(edition=edition, actor=organiser, words="现将拟获奖名单予以公示。（样例）", at=edition.publicity_opens)
        published = edition.publicity_opens + timedelta(days=15)
        publication.publish(edition=edition, actor=organiser, words="经评审和公示，现将结果予以公布。（样例）", at=published)
        # what was decided and issued stands on the day on which it would have been, before the notice and with the results
        Proposal.objects.filter(pk=proposal.pk).update(confirmed_at=edition.publicity_opens - timedelta(days=1))
        Confirmation.objects.filter(proposal=proposal).update(at=edition.publicity_opens - timedelta(days=1))
        Certificate.objects.filter(edition=edition).update(day=timezone.localdate(published))
    while made := certifying.sweep_certificates():
        tell("certify", made, made)
    library.refresh(edition)
    _article(edition, organiser, tell)


def _past_edition(organiser: User) -> Edition:
    """The edition of the year before."""
    with transaction.atomic():
        edition = call.begin_edition(actor=organiser, slug=PAST, number=3, year=timezone.now().year - 1, name="第三届全国人才工作创新案例征集评选（样例）")
        changes = {"hosts": ["示例日报社", "示例杂志社"], "contact": "样例编辑部，010-00000000", "notice": "（本启事为样例，届次已经结束。）", "is_sample": True, "licence": "by-nc"}
        _go_out(edition, organiser, changes, PAST_DAYS)
    edition.refresh_from_db()
    return edition


def _article(edition: Edition, organiser: User, tell: Tell) -> None:
    """The round-up drafted and published; what the wording table asks about is let stand with its reason."""
    own = articles.article(edition)
    if own and own.published:
        return
    own = article.want_draft(edition=edition, actor=organiser, length=3000)
    drafting.sweep_drafts()
    own.refresh_from_db()
    text, held = articles.current(own), articles.register(own)
    for hit in articles.hits(own, held, text.text):
        article.decide(article=own, actor=organiser, hit=hit, reason="样例原文如此")
    article.publish(article=own, actor=organiser, version=text.number)
    tell("write", 1, 1)
