"""Questions about persons."""

from __future__ import annotations

from zhengping.server.accounts.models import SavedFilter, User


def filters(user: User, edition: str, page: str):
    """A person's saved queries of a list page."""
    return SavedFilter.objects.filter(user=user, edition=edition, page=page)


def by_address(email: str) -> User | None:
    """The person with an e-mail address, in whatever case it is written."""
    return User.objects.filter(email=email.strip().lower()).first()
