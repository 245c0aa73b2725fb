"""People and the units they work for."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager):
    """Makes users by e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **values: object) -> User:
        """A user with a normalised address; without a password the user cannot log in by one."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Unit(models.Model):
    """A body that submits cases or employs judges."""

    name = models.CharField(max_length=120)
    division = models.CharField(max_length=6, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "division"], name="one_unit_a_name_and_place")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person, known by an e-mail address."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=60, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="members")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A query of a list page under a name of the person's own."""

    user = models.ForeignKey(User, models.CASCADE, related_name="filters")
    edition = models.CharField(max_length=60)
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "edition", "page", "name"], name="one_filter_a_name")]
        ordering = ["name"]
