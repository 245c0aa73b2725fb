"""Tokens of the programming interface."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhengping.server.accounts.models import User
from zhengping.server.call.models import Edition

SCOPES = {
    "cases": _("读取案例"),
    "codings": _("读取编码"),
    "codings:write": _("确认编码"),
    "results": _("读取结果"),
    "figures": _("读取统计"),
    "library": _("读取案例库"),
    "upload": _("上传文件"),
}


class Token(models.Model):
    """A word that stands for a person in one edition, for some scopes and a time. Only its hash is kept."""

    user = models.ForeignKey(User, PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    begins = models.CharField(max_length=8, help_text="its first characters, to tell it from others")
    hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    @property
    def holds(self) -> bool:
        """Whether it can still be used."""
        return self.revoked_at is None and self.expires_at > timezone.now()


EVENTS = {
    "submission.confirm": _("案例编号"),
    "submission.add_version": _("案例换了新版本"),
    "submission.withdraw": _("案例撤回"),
    "submission.confirm_coding": _("编码确认"),
    "screening.seal": _("省级名单上报"),
    "roundup.publish": _("综述发布"),
}
