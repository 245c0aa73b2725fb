"""Who judges what, and what they say of it.

    Round -> Assignment (seat × case) -> Sheet -> Mark          Panel <- Seat <- Conflict
                        `-> Message, Opinion (of the discussion of a case)
    Poll -> Standing (a case that stands), Ballot -> Vote, SetAside (ballots that are not counted)
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition, token
from zhengping.server.submission.models import Submission

OWN = (("province", _("同省回避")), ("city", _("同市回避")), ("none", _("只按单位回避")))
SCOPES = (("all", _("全部案例（不报送的除外）")), ("recommended", _("只评重点推荐")), ("shortlist", _("上一轮的前若干名")))
SIDES = (("fixed", _("必须评")), ("forbidden", _("不得评")))
STANDINGS = (("all", _("全部案例（不报送的除外）")), ("round", _("某一轮评审的案例")), ("shortlist", _("某一轮的前若干名")))
ORIGINS = (("address", _("同一地址")), ("network", _("同一网段")), ("domain", _("同一邮箱域名")))


class Round(models.Model):
    """A round of judging with its rules. `rubric` is frozen when the first assignment is confirmed; `plan` says how good the last proposal is."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    is_blind = models.BooleanField(_("匿名评审"), default=True)
    reads = models.PositiveSmallIntegerField(_("每个案例几位评委"), default=3)
    own = models.CharField(_("地区回避"), max_length=8, choices=OWN, default="province")
    has_panels = models.BooleanField(_("按评审组分配"), default=False)
    scope = models.CharField(_("评哪些案例"), max_length=12, choices=SCOPES, default="all")
    shortlist = models.PositiveSmallIntegerField(_("取前几名"), default=50)
    opens = models.DateTimeField(_("评审开始"), null=True, blank=True)
    closes = models.DateTimeField(_("评审截止"), null=True, blank=True)
    rubric = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    changed = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="one_round_a_number")]


class Panel(models.Model):
    """Judges of some themes."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    themes = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["edition", "name"], name="one_panel_a_name")]

    def __str__(self) -> str:
        return self.name


class JudgeSeat(models.Model):
    """A judge in an edition: who, where from, what for, how much. `user` is None until the person has come by the invitation."""

    edition = models.ForeignKey(Edition, PROTECT, related_name="+")
    user = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    email = models.EmailField()
    unit = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=6, blank=True)
    fields = models.JSONField(default=list, help_text="keys of themes")
    panel = models.ForeignKey(Panel, models.SET_NULL, null=True, blank=True, related_name="seats")
    least = models.PositiveSmallIntegerField(null=True, blank=True)
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    is_away = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "email"], name="one_seat_an_address"),
            models.UniqueConstraint(fields=["edition", "user"], name="one_seat_a_person"),
        ]

    def __str__(self) -> str:
        return self.name


class Conflict(models.Model):
    """That a judge must not read a case, or those of a unit or place."""

    seat = models.ForeignKey(JudgeSeat, PROTECT, related_name="conflicts")
    submission = models.ForeignKey(Submission, PROTECT, null=True, related_name="+")
    unit = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=6, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class Pair(models.Model):
    """A pair of judge and case that the organiser fixed or forbade by hand."""

    round = models.ForeignKey(Round, PROTECT, related_name="pairs")
    seat = models.ForeignKey(JudgeSeat, PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=SIDES)
    by = models.ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "seat", "submission"], name="one_side_a_pair")]


class Assignment(models.Model):
    """A judge reads a case. Without `confirmed_at` it is proposed; with `moved_at` it was taken away, and its sheet counts no more."""

    round = models.ForeignKey(Round, PROTECT, related_name="assignments")
    seat = models.ForeignKey(JudgeSeat, PROTECT, related_name="assignments")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    fit = models.FloatField(default=0)
    source = models.CharField(max_length=10, blank=True, help_text="'', kept, fixed, further, moved")
    proposed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["submission__number", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "seat", "submission"], condition=Q(moved_at=None), name="one_assignment_a_pair")]


class Sheet(models.Model):
    """A judge's score sheet. `version` counts its savings, so that two windows do not undo each other's."""

    assignment = models.OneToOneField(Assignment, PROTECT, related_name="sheet")
    state = models.CharField(max_length=8, default="draft", help_text="draft, signed")
    version = models.PositiveIntegerField(default=0)
    notes = models.TextField(blank=True)
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)


class Mark(models.Model):
    """What a sheet gives for a criterion of the round's rubric."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="marks")
    criterion = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=7, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "criterion"], name="one_mark_a_criterion")]


class Message(models.Model):
    """A word in the discussion of a case."""

    round = models.ForeignKey(Round, PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    by = models.ForeignKey(User, PROTECT, related_name="+")
    words = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class Opinion(models.Model):
    """A judge's second opinion after the discussion: it stands beside the first sheet, which stays as it was signed."""

    assignment = models.ForeignKey(Assignment, PROTECT, related_name="opinions")
    value = models.DecimalField(max_digits=8, decimal_places=2, help_text="the total that the judge would give now")
    reason = models.TextField()
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


# --- the public vote -------------------------------------------------------------------------------------------------


class Poll(models.Model):
    """The public vote of an edition with its rules; there is none while `is_on` is false.

    A case gets `points` for each vote, at most `ceiling`. `an_address` and `a_network` (/24 of IPv4, /64 of IPv6) say how many votes an hour are taken from there.
    """

    edition = models.OneToOneField(Edition, PROTECT, related_name="+")
    is_on = models.BooleanField(_("举行公众投票"), default=False)
    opens = models.DateTimeField(_("投票开始"), null=True, blank=True)
    closes = models.DateTimeField(_("投票截止"), null=True, blank=True)
    scope = models.CharField(_("哪些案例参加投票"), max_length=10, choices=STANDINGS, default="all")
    round = models.PositiveSmallIntegerField(_("第几轮"), default=1)
    shortlist = models.PositiveSmallIntegerField(_("取该轮前几名"), default=50)
    is_blind = models.BooleanField(_("匿名列出（隐去单位和地名）"), default=False)
    most = models.PositiveSmallIntegerField(_("每人最多投几个案例"), default=5)
    points = models.DecimalField(_("每票折算几分"), max_digits=6, decimal_places=4, default=Decimal("0.01"))
    ceiling = models.DecimalField(_("折算最多几分"), max_digits=5, decimal_places=2, default=Decimal(10))
    an_address = models.PositiveIntegerField(_("同一地址每小时最多几次"), default=60)
    a_network = models.PositiveIntegerField(_("同一网段每小时最多几次"), default=300)
    changed = models.PositiveIntegerField(default=1)


class Standing(models.Model):
    """A case that stands for the public vote, with its title as the public reads it; made when the vote is switched on."""

    poll = models.ForeignKey(Poll, PROTECT, related_name="standings")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")
    title = models.CharField(max_length=300)

    class Meta:
        ordering = ["submission__number"]
        constraints = [models.UniqueConstraint(fields=["poll", "submission"], name="one_standing_a_case")]


class Ballot(models.Model):
    """What a person chose. It counts once it is confirmed and as long as the person has not confirmed another; none is ever deleted.

    Of the person only `voter` is kept, the keyed hash of the e-mail address as `records.one_address` writes it; of the network address its keyed hash
    (`address`) and its network.
    """

    poll = models.ForeignKey(Poll, PROTECT, related_name="ballots")
    voter = models.CharField(max_length=64)
    domain = models.CharField(max_length=120, help_text="of the e-mail address")
    address = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    via = models.CharField(max_length=8, help_text="mail, account")
    token = models.CharField(max_length=40, unique=True, default=token)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["poll", "voter"], condition=Q(confirmed_at__isnull=False, replaced_at=None), name="one_ballot_a_person")]
        indexes = [models.Index(fields=["poll", "address", "asked_at"]), models.Index(fields=["poll", "network", "asked_at"]), models.Index(fields=["poll", "voter", "asked_at"])]


class Vote(models.Model):
    """A case that a ballot names."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="votes")
    submission = models.ForeignKey(Submission, PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ballot", "submission"], name="one_vote_a_case")]


class SetAside(models.Model):
    """That ballots of one address, network or mail domain are not counted, and why; taken back with `undone_at`, never deleted."""

    poll = models.ForeignKey(Poll, PROTECT, related_name="set_asides")
    kind = models.CharField(max_length=8, choices=ORIGINS)
    value = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["poll", "kind", "value"], condition=Q(undone_at=None), name="one_set_aside_that_holds")]
