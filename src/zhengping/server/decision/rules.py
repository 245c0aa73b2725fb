"""Who may look at the decision, make it, confirm it."""

from __future__ import annotations

from functools import partial

from zhengping.server.accounts import rules as doors
from zhengping.server.call.rules import auditor, chair, find, organiser

doors.strong("decision.look", organiser | chair | auditor)
doors.strong("decision.decide", organiser | chair)

door = partial(doors.door, scope=find)
