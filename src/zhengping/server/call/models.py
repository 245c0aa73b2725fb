"""A call: its edition with windows and rules, the bodies it goes to, its members, and the words of its letters."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User

ROLES = list(settings.ROLES.items())
LICENCES = [("", _("保留所有权利")), ("by", "CC BY 4.0"), ("by-sa", "CC BY-SA 4.0"), ("by-nc", "CC BY-NC 4.0"), ("by-nc-nd", "CC BY-NC-ND 4.0")]


def token() -> str:
    """A word that nobody guesses, for links."""
    return secrets.token_urlsafe(24)


class Edition(models.Model):
    """One call for cases (届), from its notice to its results. A moment that is None is not set yet."""

    slug = models.SlugField(max_length=40, unique=True)
    number = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    hosts = models.JSONField(default=list)
    guidance = models.JSONField(default=list)
    notice = models.TextField(blank=True)
    contact = models.CharField(max_length=300, blank=True)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    opens = models.DateTimeField(null=True, blank=True)
    closes = models.DateTimeField(null=True, blank=True)
    screening_closes = models.DateTimeField(null=True, blank=True)
    judging_opens = models.DateTimeField(null=True, blank=True)
    judging_closes = models.DateTimeField(null=True, blank=True)
    publicity_opens = models.DateTimeField(null=True, blank=True)
    publicity_closes = models.DateTimeField(null=True, blank=True)
    limit = models.PositiveIntegerField(default=3000)
    limit_rule = models.CharField(max_length=3, default="以内")
    late_rule = models.CharField(max_length=6, default="keep", help_text="keep: taken and shown as late; refuse: kept but given no number")
    most_per_unit = models.PositiveSmallIntegerField(default=0, help_text="0: no bound")
    group = models.CharField(max_length=60, blank=True)
    group_types = models.JSONField(default=list)
    earlier = models.JSONField(default=list)
    has_consent = models.BooleanField(default=True)
    licence = models.CharField(max_length=10, blank=True, default="", choices=LICENCES)
    is_sample = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    copied_from = models.ForeignKey("self", PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-year", "-number"]

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    """A theme of an edition, in the order of the round-up."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="themes")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    english = models.CharField(max_length=120, blank=True)
    belongs = models.JSONField(default=list)
    minimum = models.PositiveSmallIntegerField(default=0)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="one_theme_a_key")]

    def __str__(self) -> str:
        return self.name


class Part(models.Model):
    """A part of the text that the notice asks for; `rule` is 以内, 左右 or 不超过."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    limit = models.PositiveIntegerField(default=0)
    rule = models.CharField(max_length=3, default="以内")
    required = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]


class Criterion(models.Model):
    """A criterion of the rubric."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="criteria")
    name = models.CharField(max_length=40)
    explanation = models.CharField(max_length=300, blank=True)
    high = models.PositiveSmallIntegerField(default=100)
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=1)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]


class Body(models.Model):
    """An invited body: a province, or a city or county below one. What it does with the notice is told on its own page.

    A quota of None has no bound. `extended_to` is a deadline of its own for the units that send through it.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="bodies")
    parent = models.ForeignKey("self", PROTECT, null=True, blank=True, related_name="children")
    division = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    token = models.CharField(max_length=40, unique=True, default=token)
    recommended = models.PositiveSmallIntegerField(null=True, blank=True)
    general = models.PositiveSmallIntegerField(null=True, blank=True)
    extended_to = models.DateTimeField(null=True, blank=True)
    email = models.EmailField(blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    forwarded_at = models.DateTimeField(null=True, blank=True)
    own_deadline = models.DateTimeField(null=True, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_telephone = models.CharField(max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "division"]
        constraints = [models.UniqueConstraint(fields=["edition", "division"], name="one_body_a_division")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an edition; a screener's holds a body. One that came by delegation names whose task it is and ends."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=ROLES)
    body = models.ForeignKey(Body, PROTECT, null=True, blank=True, related_name="memberships")
    on_behalf_of = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="delegations")
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "user", "role", "body"], name="one_membership_a_role", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(role="screener") | Q(body__isnull=False), name="a_screener_has_a_body"),
        ]


class Invitation(models.Model):
    """A link that makes whoever holds it a member, once, until it expires."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=ROLES)
    body = models.ForeignKey(Body, PROTECT, null=True, blank=True, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=token)
    invited_by = models.ForeignKey(User, PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]


class MailTemplate(models.Model):
    """The words of a kind of letter of an edition, where they differ from the product's own."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="mail_templates")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="one_template_a_kind")]
