"""What the heads of every answer say: no scripts from the page itself, no copy of a person's page, cookies that no script and no plain line sees."""

from __future__ import annotations

import os
import subprocess
import sys

from django.urls import NoReverseMatch, reverse
from tests.server.test_doors import NAMES


def pages(client, edition, case):
    """(name, answer) of each page that opens with what is there."""
    words = {"slug": edition.slug, "number": case.number, "division": case.division[:2] + "0000", "token": case.token, "kind": "notice"}
    for name, _view, taken in NAMES:
        try:
            address = reverse(name, kwargs={word: words[word] for word in taken})
        except (KeyError, NoReverseMatch):
            continue
        answer = client.get(address)
        if answer.status_code == 200:
            yield name, answer


def test_every_page_has_its_heads(at_desk, visitor, edition, numbered):
    wrong, seen = [], 0
    for client in (at_desk, visitor):
        for name, answer in pages(client, edition, numbered[0]):
            seen += 1
            policy, kept = answer.get("Content-Security-Policy", ""), answer.get("Cache-Control", "")
            if not policy or ("'unsafe-inline'" in policy and name != "call:code") or "'unsafe-eval'" in policy:
                wrong.append((name, policy))
            if answer.get("X-Content-Type-Options") != "nosniff":
                wrong.append((name, "nosniff"))
            is_own = client is at_desk or "/s/" in answer.request["PATH_INFO"]
            if is_own and not ("no-store" in kept or "private" in kept):
                wrong.append((name, kept))
            if answer["Content-Type"].startswith("text/html"):
                body = answer.content.decode()
                wrong += [(name, word) for word in (" style=", "<style", " onclick=", " onload=", "<script>", "javascript:") if word in body]

    assert seen > 40
    assert wrong == []


def test_behind_https_cookies_are_secure_and_browsers_are_told_to_stay(tmp_path):
    program = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS > 0, s.NEEDS_SECOND_FACTOR)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": str(tmp_path), "ZHENGPING_SECURE": "1"}
    environment.pop("ZHENGPING_SECOND_FACTOR", None)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True"] * 6
