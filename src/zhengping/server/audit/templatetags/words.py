"""Small words of templates: links that keep the query, times, sizes."""

from __future__ import annotations

from django import template

register = template.Library()


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
def percent(share):
    """A share as whole per cent."""
    return f"{round(100 * (share or 0))}%"


@register.filter
def item(mapping, key):
    """The value of a key that stands in a variable."""
    return mapping.get(key, "") if mapping else ""
