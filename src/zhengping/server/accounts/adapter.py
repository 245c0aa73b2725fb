"""How allauth speaks with persons: its letters go through the outbox."""

from __future__ import annotations

import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.utils import timezone

from zhengping.server.mail.operations import post


class Adapter(DefaultAccountAdapter):
    """Sends by the outbox."""

    def send_mail(self, template_prefix, email, context):
        """One of allauth's messages as a row of the outbox."""
        message = self.render_mail(template_prefix, email, context)
        words = hashlib.sha256(f"{email}{message.subject}{message.body}{timezone.now().isoformat()}".encode()).hexdigest()[:24]
        with transaction.atomic():
            post(key=f"account:{words}", to=email, subject=message.subject, body=str(message.body), kind="account")
