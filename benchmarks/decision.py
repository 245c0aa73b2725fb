"""Awards at 10,000 cases: seconds to a proposal with its reasons, to its probabilities, to what other rules would change, and of its page.

Usage: python benchmarks/decision.py [CASES]. Three reads a case by judges of unequal severity; 1 % first, 2 % second, 5 % third awards, at most 8 % of them a
province, at least 5 % a theme, one a unit. Seeded; one process, on SQLite or what ZHENGPING_DATABASE names.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

os.environ.update({"DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_HOSTS": "testserver"})
os.environ.setdefault("ZHENGPING_DATA", tempfile.mkdtemp(prefix="zhengping-decision-"))

import django

django.setup()

import numpy as np
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from zhengping.engine import tables
from zhengping.server import demo
from zhengping.server.call import operations as call
from zhengping.server.call.models import Edition
from zhengping.server.decision import operations, queries
from zhengping.server.decision.models import Proposal
from zhengping.server.judging.models import Assignment, JudgeSeat, Mark, Round, Sheet
from zhengping.server.submission.models import Intake, Submission

READS = 3


def fill(edition: Edition, cases: int) -> None:
    """So many cases with signed sheets."""
    rng, now = np.random.default_rng(0), timezone.now()
    intake = Intake.objects.create(edition=edition, source="zip", arrived_at=now, state="drafted", drafted_at=now)
    themes, places = list(edition.themes.all()), [body.number for body in tables.bodies()][:32]
    Submission.objects.bulk_create(
        [
            Submission(
                edition=edition, intake=intake, ordinal=at, number=at + 1, confirmed_at=now, arrived_at=now, source="zip", title=f"测量用案例{at + 1}", unit=f"测量用单位{int(rng.integers(cases))}",
                division=places[int(rng.integers(len(places)))], theme=themes[int(rng.integers(len(themes)))].key, unit_type="其他",
            )
            for at in range(cases)
        ],
        batch_size=500,
    )  # fmt: skip
    rows = list(Submission.objects.filter(edition=edition).order_by("number"))
    rubric = [{"name": "总分", "explanation": "", "high": 100, "weight": "1"}]
    held = Round.objects.create(edition=edition, number=1, rubric=rubric, reads=READS)
    judges = max(12, cases * READS // 100)
    JudgeSeat.objects.bulk_create(JudgeSeat(edition=edition, name=f"测量用评委{at}", email=f"j{at}@example.org") for at in range(judges))
    seats = list(JudgeSeat.objects.filter(edition=edition))
    quality, severity = 75 + 6 * rng.standard_normal(cases), 4 * rng.standard_normal(judges)
    given = [(at, int(seat)) for at in range(cases) for seat in rng.choice(judges, READS, replace=False)]
    made = Assignment.objects.bulk_create([Assignment(round=held, seat=seats[seat], submission=rows[at], proposed_at=now, confirmed_at=now) for at, seat in given], batch_size=500)
    began = now - timedelta(minutes=20)
    sheets = Sheet.objects.bulk_create([Sheet(assignment=row, state="signed", version=1, began_at=began, saved_at=now, signed_at=now) for row in made], batch_size=500)
    values = [float(np.clip(quality[at] - severity[seat] + 6 * rng.standard_normal(), 0, 100)) for at, seat in given]
    Mark.objects.bulk_create([Mark(sheet=sheet, criterion="总分", value=Decimal(f"{value:.1f}")) for sheet, value in zip(sheets, values, strict=True)], batch_size=500)


def took(name: str, work: Callable[[], object]) -> None:
    """Say how long something takes."""
    start = time.perf_counter()
    work()
    print(f"{name}: {time.perf_counter() - start:.1f} s", flush=True)


def drawn(number: int) -> int:
    """All repeated judgings; -> the turns of the worker they took."""
    turns = 0
    while (held := Proposal.objects.select_related("edition").get(pk=number)).state == "chosen":
        operations.draw(proposal=held)
        turns += 1
    print(f"turns of the worker: {turns}")
    return turns


def opened(client: Client, address: str) -> None:
    """A page that is there."""
    if (status := client.get(address).status_code) != 200:
        raise SystemExit(f"{address} answers {status}")


def main(cases: int) -> None:
    """Fill, propose, ask what if."""
    call_command("migrate", verbosity=0)
    organiser = demo._person(*demo.PEOPLE["organiser"])
    with transaction.atomic():
        edition = call.begin_edition(actor=organiser, slug="awards", number=4, year=2026, name="测量用（样例）")
    took("filling", lambda: fill(edition, cases))
    part = cases // 100
    awards = [{"name": name, "number": number, "level": None} for name, number in (("一等奖", part), ("二等奖", 2 * part), ("三等奖", 5 * part))]
    limits = [("most", "province", int(0.08 * 8 * part)), ("least", "theme", int(0.05 * 8 * part)), ("most", "unit", 1)]
    quotas = [{"kind": kind, "by": by, "number": number, "award": ""} for kind, by, number in limits]
    operations.keep_rules(edition=edition, actor=organiser, changed=1, basis="calibrated", awards=awards, quotas=quotas, reserve=10)
    held: list[Proposal] = []
    took("asking for a proposal", lambda: held.append(operations.propose(edition=edition, actor=organiser)))
    took("the proposal with its reasons", lambda: operations.choose(proposal=held[0]))
    proposal = Proposal.objects.get(pk=held[0].pk)
    print(f"state: {proposal.state} {proposal.trouble}; value {proposal.value}, bound {proposal.bound}")
    took("its probabilities", lambda: drawn(proposal.pk))
    client = Client()
    client.force_login(organiser, backend="allauth.account.auth_backends.AuthenticationBackend")
    took("the page of the proposal", lambda: opened(client, reverse("decision:proposal", args=["awards", proposal.number])))
    tighter = {**proposal.rules, "quotas": [{**quotas[0], "number": quotas[0]["number"] - part // 5}, *quotas[1:]]}
    took("what a tighter limit would change", lambda: print(len(queries.what_if(proposal, tighter)), "cases move"))
    took("what the mean would change", lambda: print(len(queries.what_if(proposal, {**proposal.rules, "basis": "mean"})), "cases move"))
    took("the page of what other rules would change", lambda: opened(client, reverse("decision:what_if", args=["awards", proposal.number])))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
