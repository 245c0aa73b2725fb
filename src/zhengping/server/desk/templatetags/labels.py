"""Labels of keys, for the desk's templates."""

from __future__ import annotations

from django import template

from zhengping.server.desk import labels

register = template.Library()
register.filter("label", labels.label)
