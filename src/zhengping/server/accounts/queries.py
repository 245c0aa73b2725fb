"""Questions about persons."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from zhengping.server.accounts.models import SavedFilter, User


def filters(user: User, edition: str, page: str):
    """A person's saved queries of a list page."""
    return SavedFilter.objects.filter(user=user, edition=edition, page=page)


def proves(user: User, word: str) -> bool:
    """Whether a word is the person's password, or a code of the second factor that holds now."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return bool(user.check_password(word) or (held and held.wrap().validate_code(word.strip())))


def by_address(email: str) -> User | None:
    """The person with an e-mail address, in whatever case it is written."""
    return User.objects.filter(email=email.strip().lower()).first()
