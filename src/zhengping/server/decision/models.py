"""How awards come about.

    Setting (rules) -> Proposal (frozen) -> Row per case <- Change (jury)      Proposal <- Confirmation (two persons) -> Award
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition
from zhengping.server.submission.models import Submission

BASES = (("calibrated", _("校准后的估计（扣除评委宽严）")), ("mean", _("平均分")), ("trimmed", _("去掉最高分和最低分的平均分")))
PUBLIC = (("off", _("不计入")), ("share", _("按权重合成")), ("points", _("加折算分")))


def two_awards() -> list[dict[str, object]]:
    """What a new edition begins with."""
    return [{"name": "一等奖", "number": 10, "level": None}, {"name": "二等奖", "number": 20, "level": None}, {"name": "三等奖", "number": 30, "level": None}]


class Setting(models.Model):
    """The rules of an edition's awards: `awards` as name, number, level; `quotas` as kind, by, number, award; `public_weight` of 0 to 0.5 where the vote has a share."""

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    basis = models.CharField(_("按什么排名"), max_length=12, choices=BASES, default="calibrated")
    public = models.CharField(_("公众投票如何计入"), max_length=8, choices=PUBLIC, default="off")
    public_weight = models.DecimalField(_("公众投票的权重"), max_digits=3, decimal_places=2, default=Decimal("0.20"))
    awards = models.JSONField(default=two_awards)
    quotas = models.JSONField(default=list)
    reserve = models.PositiveSmallIntegerField(_("递补名单"), default=5)
    changed = models.PositiveIntegerField(default=1)


class Proposal(models.Model):
    """What the engine proposes, with all that it was made of; computing again makes another beside it."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default="waiting", db_index=True, help_text="waiting, chosen, ready, failed")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    rules = models.JSONField()
    round = models.PositiveSmallIntegerField(help_text="the round whose sheets count")
    seed = models.BigIntegerField()
    sheets_hash = models.CharField(max_length=64)
    votes_hash = models.CharField(max_length=64, blank=True, help_text="of the public vote, where it counts")
    engine = models.CharField(max_length=40)
    sums = models.BinaryField(default=b"", help_text="of the repeated judgings so far, until all are done")
    value = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    empty = models.JSONField(default=list)
    trouble = models.JSONField(default=dict, help_text="why it failed, {language: sentence}")
    by = models.ForeignKey(User, PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    hash = models.CharField(max_length=64, blank=True, help_text="of the confirmed list")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_proposal_a_number")]


class Row(models.Model):
    """A case in a proposal: its frozen estimate and what was chosen for it, with the reason."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="rows")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    order = models.PositiveIntegerField()
    award = models.CharField(max_length=60, blank=True)
    is_reserve = models.BooleanField(default=False)
    place = models.PositiveIntegerField(default=0)
    rank = models.PositiveIntegerField()
    estimate = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    sd = models.FloatField(null=True)
    mean = models.FloatField(null=True)
    trimmed = models.FloatField(null=True)
    calibrated = models.FloatField(null=True)
    votes = models.PositiveIntegerField(null=True, help_text="of the public, None for a case that did not stand")
    public = models.FloatField(null=True, help_text="the public vote on the scale of the marks")
    reads = models.PositiveSmallIntegerField(default=0)
    stability = models.FloatField(null=True)
    chance = models.FloatField(null=True)
    reasons = models.JSONField(default=dict, help_text="why it has its award, {language: sentence}, as it was told when the proposal was made")
    is_open = models.BooleanField(default=False, help_text="equal to a case with another award: a vote decides")

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["proposal", "submission"], name="one_row_a_case")]


class Change(models.Model):
    """What the jury made of a case in place of the proposal, by hand or by vote; "" takes the award away."""

    proposal = models.ForeignKey(Proposal, PROTECT, related_name="changes")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    award = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=400)
    votes_for = models.PositiveSmallIntegerField(null=True)
    votes_against = models.PositiveSmallIntegerField(null=True)
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "submission"], condition=Q(undone_at=None), name="one_change_a_case")]


class Confirmation(models.Model):
    """One of the two persons who confirm a list: the chair and the organiser."""

    proposal = models.ForeignKey(Proposal, PROTECT, related_name="confirmations")
    role = models.CharField(max_length=10)
    hash = models.CharField(max_length=64, help_text="of the list as this person saw it")
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "role"], name="one_confirmation_a_role"),
            models.UniqueConstraint(fields=["proposal", "by"], name="one_confirmation_a_person"),
        ]


class Award(models.Model):
    """A case's award as decided; written once both have confirmed."""

    proposal = models.ForeignKey(Proposal, PROTECT, related_name="awards")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    award = models.CharField(max_length=60)
    place = models.PositiveIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["proposal", "submission"], name="one_award_a_case")]
