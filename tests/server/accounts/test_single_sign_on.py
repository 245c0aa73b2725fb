"""A government's single sign-on: a real OpenID provider on loopback, the whole way (OpenID Connect Core 1.0, code flow)."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse
from tests.server.conftest import person

from zhengping.server.accounts.models import User

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, SECRET = "zhengping", "a secret of the tests alone"


class Provider(BaseHTTPRequestHandler):
    """Vouches for one person, `email`; hands out a code only to be redeemed by the client with its secret."""

    email, is_verified = "official@example.org", True

    def log_message(self, *_words):
        """Say nothing."""

    def _say(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    @property
    def _here(self):
        port = self.server.server_address[1]
        return f"http://127.0.0.1:{port}"

    def _person(self):
        return {"sub": self.email, "email": self.email, "email_verified": self.is_verified, "name": "样例人员"}

    def do_GET(self):
        """What a provider tells of itself, its keys, and the person."""
        if self.path.startswith("/.well-known/"):
            ends = {f"{name}_endpoint": f"{self._here}/{name}" for name in ("authorization", "token", "userinfo")}
            self._say({"issuer": self._here, "jwks_uri": f"{self._here}/keys", **ends})
        elif self.path == "/keys":
            self._say({"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "1", "alg": "RS256", "use": "sig"}]})
        else:
            self._say(self._person())

    def do_POST(self):
        """A token for a code."""
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert asked["code"] == ["the code"]
        now = int(time.time())
        claims = {"iss": self._here, "aud": CLIENT, "iat": now, "exp": now + 300, **self._person()}
        self._say({"access_token": "t", "token_type": "Bearer", "expires_in": 300, "id_token": jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})})


@pytest.fixture
def provider(settings, monkeypatch):
    """The provider, known to the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    app = {"provider_id": "gov", "name": "统一认证", "client_id": CLIENT, "secret": SECRET, "settings": {"server_url": f"http://127.0.0.1:{port}"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield Provider
    server.shutdown()
    Provider.email, Provider.is_verified = "official@example.org", True


def come(visitor):
    """Go to the provider and come back."""
    start = visitor.post(reverse("openid_connect_login", args=["gov"]))
    asked = parse_qs(urlsplit(start.url).query)
    return visitor.get(reverse("openid_connect_callback", args=["gov"]), {"code": "the code", "state": asked["state"][0]}, follow=True)


def test_the_log_in_page_offers_it_and_a_new_person_gets_an_account(db, provider, visitor):
    page = visitor.get(reverse("account_login")).content.decode()
    come(visitor)

    assert "统一认证" in page
    assert User.objects.get(pk=visitor.session["_auth_user_id"]).email == "official@example.org"


def test_who_has_an_account_of_that_address_comes_in_as_that_person(db, provider, visitor):
    known = person("official@example.org")
    come(visitor)

    assert visitor.session["_auth_user_id"] == str(known.pk)
    assert User.objects.count() == 1


def test_an_address_that_is_not_vouched_for_opens_nobodys_account(db, provider, visitor):
    person("official@example.org")
    provider.is_verified = False
    come(visitor)

    assert "_auth_user_id" not in visitor.session


def test_a_forged_return_opens_nothing(db, provider, visitor):
    visitor.post(reverse("openid_connect_login", args=["gov"]))
    visitor.get(reverse("openid_connect_callback", args=["gov"]), {"code": "the code", "state": "forged"})

    assert "_auth_user_id" not in visitor.session
