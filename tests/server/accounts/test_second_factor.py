"""Those who decide for others need a second factor where the settings ask for one; units and judges do not."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from tests.server.conftest import client_of


@pytest.fixture
def asks(settings):
    """Settings that ask for a second factor."""
    settings.NEEDS_SECOND_FACTOR = True


@pytest.mark.parametrize("name", ["desk:overview", "desk:cases", "call:settings"])
def test_without_one_an_organiser_is_sent_to_set_it_up(asks, at_desk, edition, name):
    page = at_desk.get(reverse(name, args=[edition.slug]), follow=True)

    assert page.redirect_chain[-1][0] == reverse("mfa_index")
    assert "请先在这里启用" in page.content.decode()


def test_without_one_a_screener_neither_looks_nor_seals(asks, screener, edition):
    client = client_of(screener)
    page = reverse("screening:seal", args=[edition.slug, "320000"])

    assert client.get(page).url == client.post(page).url == reverse("mfa_index")


def test_with_one_the_page_opens(asks, organiser, at_desk, edition):
    TOTP.activate(organiser, generate_totp_secret())

    assert at_desk.get(reverse("desk:overview", args=[edition.slug])).status_code == 200


def test_who_only_sends_a_case_is_not_asked(asks, screener, edition):
    client = client_of(screener)

    assert client.get(reverse("submission:upload", args=[edition.slug])).status_code == 200
    assert client.get(reverse("submission:mine")).status_code == 200


def test_by_default_a_test_site_does_not_ask(at_desk, edition):
    assert at_desk.get(reverse("desk:overview", args=[edition.slug])).status_code == 200


def test_logging_in_with_a_second_factor_asks_for_it(organiser, visitor):
    TOTP.activate(organiser, generate_totp_secret())
    page = visitor.post(reverse("account_login"), {"login": organiser.email, "password": "a long password"}, follow=True)

    assert page.redirect_chain[-1][0].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in visitor.session
