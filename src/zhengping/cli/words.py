"""The language of messages: Chinese in the source, English from the catalogue; chosen by --lang, else by LANG."""

from __future__ import annotations

import gettext
import os
from importlib.resources import as_file, files

_chosen: gettext.NullTranslations = gettext.NullTranslations()
_language = "zh"


def choose(wanted: str = "") -> str:
    """Choose "zh" or "en" (`wanted`, else the first of LC_ALL, LC_MESSAGES and LANG that names one; Chinese by default); -> the choice."""
    global _chosen, _language
    named = wanted or next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    _language = "en" if named.lower().startswith("en") else "zh"
    with as_file(files("zhengping") / "locale") as folder:
        _chosen = gettext.translation("zhengping", folder, ["en"]) if _language == "en" else gettext.NullTranslations()
    return _language


def language() -> str:
    """The language chosen."""
    return _language


def _(text: str) -> str:
    """A message in the language chosen."""
    return _chosen.gettext(text)
