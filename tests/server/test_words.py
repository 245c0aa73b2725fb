"""The site speaks Chinese and English, whole: no sentence lacks its English, no template holds words outside of a translation."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django import forms
from django.template import engines
from django.utils import translation
from tests.server.words import CATALOGUE, CHINESE, PLACE, SERVER, sentences, templates

from zhengping.server.audit.models import Entry
from zhengping.server.audit.templatetags.words import flat
from zhengping.server.desk import labels

BOTH = {"500.html"}  # says the same in both languages, as it must work when nothing else does
SIGNS = {"征", "中文"}  # the seal, the name of a language


@pytest.fixture(scope="module")
def english():
    """The committed catalogue: sentence -> English, of plurals both forms."""
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_there_are_sentences_of_every_app():
    assert {Path(name).parts[0] for name in sentences().values()} >= {"accounts", "call", "submission", "screening", "desk", "templates"}


def test_every_sentence_has_its_english(english):
    forms = {source: [told] if isinstance(told, str) else list(told) for source, told in english.items()}

    assert [(name, message) for message, name in sentences().items() if not forms.get(message) or "" in forms[message]] == []


def test_english_holds_no_chinese_but_what_it_quotes(english):
    quoted = re.compile(r"“[^”]*”|重点推荐, 一般, 不报送")
    told = [text for english_forms in english.values() for text in ([english_forms] if isinstance(english_forms, str) else english_forms)]

    assert [text for text in told if CHINESE.search(quoted.sub("", text))] == []


def test_placeholders_are_the_same_in_both(english):
    wrong = []
    for source, target in english.items():
        pairs = zip([source], [target], strict=True) if isinstance(source, str) else zip(source, target, strict=True)
        wrong += [one for one, other in pairs if set(PLACE.findall(one)) != set(PLACE.findall(other))]

    assert wrong == []


def test_the_catalogue_holds_nothing_that_no_page_says(english):
    assert sorted(map(str, set(english) - set(sentences()))) == []


def test_the_compiled_catalogue_is_of_this_text(english):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        held = {_hashable(message.id): _hashable(message.string) for message in read_mo(file) if message.id}

    assert held == {source: _hashable(told) for source, told in english.items()}


def _hashable(words):
    return words if isinstance(words, str) else tuple(words)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(SERVER)))
def test_no_template_holds_chinese_outside_of_a_translation(path):
    text = re.sub(r"(?s)\{% blocktranslate.*?endblocktranslate %\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "\n", path.read_text("utf-8"))
    words = {word.strip() for line in re.sub(r"<[^>]*>", "\n", text).splitlines() for word in [line] if CHINESE.search(word)}

    assert path.name in BOTH or words <= SIGNS, words


def test_allauth_has_all_of_its_own_pages_in_chinese():
    path = Path(allauth.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        lacking = [message.id for message in read_po(file) if message.id and (message.fuzzy or not message.string or message.string[0] == "")]

    assert lacking == []


def test_every_action_that_is_recorded_has_a_name():
    found = {action for path in SERVER.rglob("*.py") for action in re.findall(r'action="([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))}

    assert found and found <= set(labels.ACTIONS)


def test_every_kind_of_finding_has_a_name_in_both_languages():
    import tomllib

    from zhengping.engine import tables

    kinds = set(tomllib.loads(tables.text("messages/proofreading.toml"))) - {"proofread-not-read", "wording-not-found", "wording-not-read"}
    kinds -= {"wording-key", "wording-pattern", "wording-severity"}

    assert kinds <= set(labels.FINDINGS)


def test_labels_change_with_the_language():
    with translation.override("en"):
        in_english = [labels.label("theme", "about"), str(labels.VALUES["recommended"])]
    with translation.override("zh-hans"):
        in_chinese = [labels.label("theme", "about"), str(labels.VALUES["recommended"])]

    assert (in_english, in_chinese) == (["Theme", "Recommended"], ["主题", "重点推荐"])


def test_an_unknown_key_stays_as_it_is():
    assert labels.label("new.action", "action") == "new.action"


def test_the_audit_page_tells_who_did_what_in_words(at_desk, edition, numbered):
    page = at_desk.get(f"/o/{edition.slug}/audit/").content.decode()

    assert Entry.objects.filter(action="submission.confirm").exists()
    assert "确认报送并编号" in page and "submission.confirm" not in page and "user:" not in page


def test_attributes_of_a_field_stand_as_django_writes_them():
    attrs = {"id": "id_x", "maxlength": 1000, "required": True, "hidden": False, "placeholder": 'a "b" <c>', "title": None}
    theirs = (Path(forms.__file__).parent / "templates/django/forms/widgets/attrs.html").read_text()

    assert flat(attrs) == engines["django"].from_string(theirs).render({"widget": {"attrs": attrs}})
