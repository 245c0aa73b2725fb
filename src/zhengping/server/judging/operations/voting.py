"""The public vote: its rules, taking and confirming ballots, setting some aside.

    asked by mail -> waiting -> confirmed -> replaced (by a later ballot of the same person)
    asked by an account -----------^
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call import records as call_records
from zhengping.server.call.models import Edition
from zhengping.server.judging import queries, records
from zhengping.server.judging.models import Ballot, Poll, SetAside, Standing, Vote
from zhengping.server.judging.operations.rounds import Refused
from zhengping.server.mail.operations import post
from zhengping.server.submission.models import Submission

FIXED = ("scope", "round", "shortlist", "is_blind", "most", "points", "ceiling", "opens")  # what no longer changes once somebody has voted
MAILS = 3  # an hour to one e-mail address


class TooMany(Refused):
    """Too many ballots came from an address or its network within an hour."""


@transaction.atomic
def keep_poll(*, edition: Edition, actor: User, changed: int, **values: Any) -> Poll:
    """Change the rules of the public vote; which cases stand is settled as long as nobody has voted.

    Raises Refused where somebody else did in the meantime, where no case would stand, and for rules that hold once votes are in.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    row, _is_new = Poll.objects.select_for_update().get_or_create(edition=edition)
    if row.changed != changed:
        raise Refused(_("同事刚刚修改了投票设置，您的修改没有保存。请核对后再改。"))
    before = {name: getattr(row, name) for name in values}
    has_votes = queries.ballots(row).exists()
    if has_votes and any(before[name] != values[name] for name in FIXED if name in values):
        raise Refused(_("已经有人投票，参加投票的案例、票数和折算规则不能再改；截止时间和次数限制可以改，也可以停止投票。"))
    for name, value in values.items():
        setattr(row, name, value)
    row.changed += 1
    row.save()
    if row.is_on and not has_votes:
        _stand(row)
    note(actor=actor, action="judging.keep_poll", object=f"poll:{row.pk}", edition=edition.slug, before=before, after=values)
    return row


def _stand(poll: Poll) -> None:
    cases = list(queries.may_stand(poll))
    if not cases:
        raise Refused(_("没有可以参加投票的案例。请换一种范围，或等该轮评审有了签字的评分表再开始。"))
    Standing.objects.filter(poll=poll).delete()
    rows = [Standing(poll=poll, submission=case, title=records.shown_title(case)[:300] if poll.is_blind else case.title) for case in cases]
    Standing.objects.bulk_create(rows, batch_size=500)


def _open(poll: Poll, at: datetime) -> Poll:
    """The vote, locked. Raises Refused outside of its window."""
    row = Poll.objects.select_for_update(of=("self",)).select_related("edition").get(pk=poll.pk)
    if not row.is_on or row.opens is None or row.closes is None:
        raise Refused(_("本届没有正在进行的公众投票。"))
    if at < row.opens:
        raise Refused(_("公众投票到 {opens} 才开始。").format(opens=call_records.moment(row.edition, row.opens)))
    if at >= row.closes:
        raise Refused(_("公众投票已于 {closes} 截止，不能再投票或修改。").format(closes=call_records.moment(row.edition, row.closes)))
    return row


def _chosen(poll: Poll, numbers: Sequence[int]) -> list[Submission]:
    """The cases of the numbers. Raises Refused for none, too many, or one that does not stand."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise Refused(_("还没有选择案例。请先勾选要投的案例。"))
    if len(wanted) > poll.most:
        raise Refused(_("每人最多投 {most} 个案例，您选了 {count} 个。请取消其中 {over} 个。").format(most=poll.most, count=len(wanted), over=len(wanted) - poll.most))
    found = {row.submission.number: row.submission for row in queries.standings(poll).filter(submission__number__in=wanted)}
    missing = [number for number in wanted if number not in found]
    if missing:
        raise Refused(_("编号 {number} 的案例不在投票名单中，请取消后再提交。").format(number=missing[0]))
    return [found[number] for number in wanted]


def _take(poll: Poll, *, at: datetime, numbers: Sequence[int], email: str, ip: str, via: str) -> Ballot:
    """A ballot with its votes, not confirmed. Raises Refused, and TooMany."""
    cases = _chosen(poll, numbers)
    person = records.one_address(email)
    if not person:
        raise Refused(_("邮箱地址不完整，请核对后重新填写。"))
    address, network = records.keyed(poll.edition, "address", ip) if ip else "", records.network(ip)
    since = at - timedelta(hours=1)
    if address and queries.asked_since(poll, since, address=address) >= poll.an_address:
        raise TooMany(_("一小时内从您的网络地址提交的投票已达 {most} 次，请过一小时再试；在单位共用网络的，也可换用手机网络。").format(most=poll.an_address))
    if network and queries.asked_since(poll, since, network=network) >= poll.a_network:
        raise TooMany(_("一小时内从您所在网段提交的投票已达 {most} 次，请过一小时再试，或换用手机网络。").format(most=poll.a_network))
    made = Ballot.objects.create(
        poll=poll, voter=records.keyed(poll.edition, "voter", person), domain=person.rpartition("@")[2][:120], address=address, network=network, via=via, asked_at=at
    )
    Vote.objects.bulk_create([Vote(ballot=made, submission=case) for case in cases])
    return made


@transaction.atomic
def ask_vote(*, poll: Poll, at: datetime, numbers: Sequence[int], email: str, ip: str) -> Ballot | None:
    """Take a ballot and send the link that confirms it; -> the ballot, None where the address has had its mails of this hour. Whether an address has voted before is told to nobody but its mailbox.

    The mail belongs to no edition's outbox: who may read that could otherwise confirm for others. Raises Refused, and TooMany.
    """
    row = _open(poll, at)
    edition = row.edition
    person = records.keyed(edition, "voter", records.one_address(email))
    if queries.asked_since(row, at - timedelta(hours=1), voter=person, via="mail") >= MAILS:
        _chosen(row, numbers)
        return None
    made = _take(row, at=at, numbers=numbers, email=email, ip=ip, via="mail")
    titles = dict(queries.standings(row).filter(submission__number__in=numbers).values_list("submission__number", "title"))
    listed = "\n".join(f"{number}　{titles[number]}" for number in dict.fromkeys(numbers))
    link = call_records.address(reverse("judging:vote_confirm", args=[edition.slug, made.token]))
    closes = call_records.moment(edition, row.closes, is_letter=True)
    subject, body = call_records.letter(edition, "vote", cases=listed, count=len(titles), link=link, closes=closes)
    post(key=f"vote:{made.token}", to=email, subject=subject, body=body, kind="vote")
    note(actor="public", action="judging.ask_vote", object=f"ballot:{made.pk}", edition=edition.slug, after={"cases": len(titles)})
    return made


@transaction.atomic
def confirm_vote(*, ballot: Ballot, at: datetime) -> Ballot:
    """Count a ballot that came by mail; a second confirmation finds it done. Raises Refused outside of the window, and where the person has voted anew since."""
    row = _open(ballot.poll, at)
    return _counted(row, Ballot.objects.get(pk=ballot.pk), at)


@transaction.atomic
def cast_vote(*, poll: Poll, at: datetime, numbers: Sequence[int], user: User, ip: str) -> Ballot:
    """Count the ballot of a person who is logged in under a confirmed address. Raises Refused, and TooMany."""
    row = _open(poll, at)
    return _counted(row, _take(row, at=at, numbers=numbers, email=user.email, ip=ip, via="account"), at)


def _counted(poll: Poll, ballot: Ballot, at: datetime) -> Ballot:
    if ballot.confirmed_at:
        return ballot
    last = queries.ballots(poll).filter(voter=ballot.voter).first()
    if last and last.pk > ballot.pk:
        raise Refused(_("这个链接之后，同一邮箱又投过票，以后一次为准。这次的选择没有计入。"))
    if last:
        Ballot.objects.filter(pk=last.pk).update(replaced_at=at)
    ballot.confirmed_at = at
    ballot.save(update_fields=["confirmed_at"])
    after = {"via": ballot.via, "replaces": last.pk if last else None, "cases": sorted(ballot.votes.values_list("submission__number", flat=True))}
    note(actor="public", action="judging.cast_vote", object=f"ballot:{ballot.pk}", edition=poll.edition.slug, after=after)
    return ballot


@transaction.atomic
def set_aside(*, poll: Poll, actor: User, kind: str, value: str, reason: str) -> SetAside:
    """Not count the ballots of an origin, with the reason; those that come later neither. Raises Refused without a reason, where none comes from there, or it was done."""
    Poll.objects.select_for_update(of=("self",)).get(pk=poll.pk)
    if not reason.strip():
        raise Refused(_("请写明不计入的理由。"))
    if kind not in ("address", "network", "domain") or not queries.ballots(poll).filter(**{kind: value}).exists():
        raise Refused(_("没有来自这里的投票，请在下表中选择。"))
    if SetAside.objects.filter(poll=poll, kind=kind, value=value, undone_at=None).exists():
        raise Refused(_("这里的投票已经不计入。"))
    made = SetAside.objects.create(poll=poll, kind=kind, value=value, reason=reason.strip()[:300], by=actor, at=timezone.now())
    after = {"kind": kind, "value": value, "reason": made.reason, "ballots": queries.ballots(poll).filter(**{kind: value}).count()}
    note(actor=actor, action="judging.set_aside", object=f"poll:{poll.pk}", edition=poll.edition.slug, after=after)
    return made


@transaction.atomic
def undo_set_aside(*, held: SetAside, actor: User) -> None:
    """Count them again."""
    if SetAside.objects.filter(pk=held.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=actor):
        note(actor=actor, action="judging.undo_set_aside", object=f"poll:{held.poll_id}", edition=held.poll.edition.slug, before={"kind": held.kind, "value": held.value, "reason": held.reason})
