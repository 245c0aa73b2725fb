"""The sample edition -> a site in the middle of screening, with one log-in for each role."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from zhengping.engine.folder import register
from zhengping.server.accounts.models import User
from zhengping.server.call import operations as call
from zhengping.server.call.models import Body, Edition, Membership
from zhengping.server.screening import operations as screening
from zhengping.server.screening.queries import sent_up
from zhengping.server.submission import operations as submission
from zhengping.server.submission import queries, tasks
from zhengping.server.submission.models import Intake

PASSWORD = "zhengping-demo"
SLUG = "sample-4"
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
        moment = timezone.now() - timedelta(days=6)
        submission.take_folder(edition=edition, folder=sample / "incoming", by=people["organiser"], arrived_at=moment)
    _read(edition, tell)
    _mark(edition, people, tell)
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
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    year = now.year
    with transaction.atomic():
        edition = call.begin_edition(actor=organiser, slug=SLUG, number=rows.get("number", 4), year=year, name=rows.get("name", "样例征集"))
        changes = {
            "hosts": rows.get("hosts", []),
            "guidance": rows.get("guidance", []),
            "contact": "样例编辑部，010-00000000",
            "opens": now - timedelta(days=60),
            "closes": now + timedelta(days=2),
            "screening_closes": now + timedelta(days=9),
            "judging_opens": now + timedelta(days=12),
            "judging_closes": now + timedelta(days=30),
            "publicity_opens": now + timedelta(days=35),
            "publicity_closes": now + timedelta(days=42),
            "limit": rows.get("limit", 3000),
            "earlier": rows.get("earlier", []),
            "group": rows.get("group", ""),
            "group_types": rows.get("group_types", []),
            "notice": _notice(rows, [theme.name for theme in edition.themes.all()]),
            "is_sample": True,
        }
        call.update_edition(actor=organiser, edition=edition, version=1, changes=changes)
        edition.refresh_from_db()
        for body in edition.bodies.all():
            call.update_body(actor=organiser, body=body, email=f"{body.division}@example.org", recommended=6, general=20)
        call.publish(actor=organiser, edition=edition)
    edition.refresh_from_db()
    earlier = sample / "earlier" / "register.jsonl"
    if earlier.exists():
        entries = register.read(earlier)
        submission.keep_earlier(edition=edition, actor=organiser, name=entries[0].edition or "往届", entries=entries)
    return edition


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
    tell("compare", 0, 1)
    submission.compare(edition=edition)
    tell("compare", 1, 1)


def _mark(edition: Edition, people: dict[str, User], tell: Tell) -> None:
    """Six provinces sealed, the screener's own half marked, a few others begun; a fifth of the codings confirmed."""
    if any(True for body in edition.bodies.all() if body.forwarded_at):
        return
    having = [body for body in edition.bodies.filter(parent=None) if sent_up(body).exists()]
    for at, body in enumerate(having):
        call.open_forwarding(body=body)
        call.forward(body=body, own_deadline=edition.closes, contact_name="联系人（样例）", contact_telephone="010-00000000")
        if body.division == "320000":
            _marks(body, people["screener"], 0.5)
        elif at % 4 == 0:
            _marks(body, people["organiser"], 1.0)
            screening.seal(body=body, actor=people["organiser"], for_body=True, reason="样例")
        elif at % 4 == 1:
            _marks(body, people["organiser"], 0.6)
        tell("mark", at + 1, len(having))
    for row in queries.cases(edition).filter(confidence__gte=0.97).order_by("number")[:48]:
        submission.confirm_coding(submission=row, actor=people["organiser"], changed=None)


def _marks(body: Body, user: User, share: float) -> None:
    cases = list(sent_up(body).order_by("-confidence", "number"))
    for at, case in enumerate(cases[: max(1, round(len(cases) * share))]):
        is_recommended = at < min(body.recommended or 0, len(cases) // 3)
        screening.mark(body=body, submission=case, actor=user, mark="recommended" if is_recommended else "general", reason="做法具体，成效有据" if is_recommended else "")
