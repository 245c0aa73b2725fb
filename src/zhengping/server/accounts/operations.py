"""Changes of persons."""

from __future__ import annotations

from django.db import transaction

from zhengping.server.accounts.models import SavedFilter, Unit, User
from zhengping.server.audit.operations import note


@transaction.atomic
def update_profile(*, user: User, name: str, telephone: str, unit: str) -> None:
    """Keep what a person says of oneself."""
    before = {"name": user.name, "telephone": user.telephone, "unit": user.unit.name if user.unit else ""}
    user.name, user.telephone = name, telephone
    user.unit = Unit.objects.get_or_create(name=unit, division="")[0] if unit else None
    user.save(update_fields=["name", "telephone", "unit"])
    after = {"name": name, "telephone": telephone, "unit": unit}
    note(actor=user, action="accounts.update_profile", object=f"user:{user.pk}", before=before, after=after, personal=("name", "telephone"), subject=f"user:{user.pk}")


@transaction.atomic
def save_filter(*, user: User, edition: str, page: str, name: str, query: str) -> None:
    """Keep a list's query under a name; the same name is written over."""
    SavedFilter.objects.update_or_create(user=user, edition=edition, page=page, name=name, defaults={"query": query})
    note(actor=user, action="accounts.save_filter", object=f"user:{user.pk}", edition=edition, after={"page": page, "name": name, "query": query})


@transaction.atomic
def forget_filter(*, user: User, edition: str, page: str, name: str) -> None:
    """Throw a saved query away."""
    SavedFilter.objects.filter(user=user, edition=edition, page=page, name=name).delete()
    note(actor=user, action="accounts.forget_filter", object=f"user:{user.pk}", edition=edition, before={"page": page, "name": name})
