"""Who looks at objections and rules on them."""

from __future__ import annotations

from zhengping.server.accounts import rules as doors
from zhengping.server.call.rules import auditor, chair, organiser

doors.strong("publication.look", organiser | chair | auditor)
doors.strong("publication.rule", organiser | chair)
