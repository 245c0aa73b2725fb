"""Small words of templates: links that keep the query, times, sizes."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.functional import lazy
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhengping.engine import tables

register = template.Library()


def language() -> str:
    """The language of the page as the engine calls it: "zh" or "en"."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """The page's query with some words changed; a word set to "" is left out."""
    words = context["request"].GET.copy()
    for name, value in changes.items():
        words.pop(name, None)
        if value not in ("", None):
            words[name] = value
    return "?" + words.urlencode()


@register.filter
def flat(attrs) -> SafeString:
    """The attributes of a form's field as they stand in its tag, as Django's own loop of a template writes them."""
    told = {name: value for name, value in attrs.items() if value is not False}
    return mark_safe("".join(f" {name}" if value is True else f' {name}="{conditional_escape(value)}"' for name, value in told.items()))


@register.filter
def percent(share):
    """A share as whole per cent."""
    return f"{round(100 * (share or 0))}%"


@register.filter
def worded(told):
    """A sentence that is kept in each language as {language: sentence}, in the language of the page; one that is kept in another alone as it is."""
    return told.get(language()) or next(iter(told.values()), "")


@register.filter
def item(mapping, key):
    """The value of a key that stands in a variable."""
    return mapping.get(key, "") if mapping else ""


@cache
def _english() -> dict[str, str]:
    bodies = {body.name: body.english for body in tables.bodies()}
    return {**bodies, **dict(tables.unit_types()), **dict(tables.LEVELS)}


@register.filter
def called(thing):
    """A word of the tables (unit type, level, province), or a row with an English name, in the language of the page."""
    if not thing:
        return ""
    name = thing if isinstance(thing, str) else thing.name
    if language() != "en":
        return name
    return _english().get(name, name) if isinstance(thing, str) else getattr(thing, "english", "") or _english().get(name, name)


called_lazily = lazy(called, str)


@register.filter
def limited(limit, rule):
    """An upper limit in characters as a phrase, by its rule."""
    told = {"以内": _("{limit} 字以内"), "左右": _("{limit} 字左右"), "不超过": _("不超过 {limit} 字")}
    return told.get(rule, "{limit}").format(limit=limit)
