"""That the documents tell the truth: places, words, commands, messages, sources."""

import argparse
import importlib
import re
import string
import tomllib
from pathlib import Path

import pytest

from zhengping.cli import parser

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "src/zhengping/engine"
TABLES = ENGINE / "tables"
MESSAGES = [
    (file.stem, key, sentence) for file in sorted((TABLES / "messages").glob("*.toml")) for key, sentence in tomllib.loads(file.read_text("utf-8")).items()
]
OWN = ("src", "docs", "tests", "benchmarks", "samples", "changelog.d", ".ci")
SKIPPED = {"__pycache__", "node_modules"}


def rows(text):
    """The cells of the rows of all tables in a page, without the heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    lines = [line for at, line in enumerate(lines) if not line.startswith("|--") and not (at + 1 < len(lines) and lines[at + 1].startswith("|--"))]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def repository():
    """The files that belong to the project."""
    top = [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".coverage")]
    below = [path for name in OWN for path in (ROOT / name).rglob("*") if path.is_file() and not SKIPPED & set(path.parts)]
    return sorted(top + below)


WHERE = rows((ROOT / "docs/where.md").read_text("utf-8"))
GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
IN_USE, TO_COME = (rows(part) for part in GLOSSARY.split("\n## ")[1:])


@pytest.mark.parametrize(("package", "told"), WHERE, ids=[row[0].strip("`") for row in WHERE])
def test_every_package_and_name_of_the_table_exists(package, told):
    module = f"zhengping.{package.strip('`')}"
    importlib.import_module(module)

    missing = []
    for name in re.findall(r"`([\w.]+)`", told):
        *inner, last = name.split(".")
        if not hasattr(importlib.import_module(".".join([module, *inner])), last):
            missing.append(name)

    assert missing == []


def test_every_package_of_the_engine_has_its_row():
    packages = {path.stem for path in ENGINE.iterdir() if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")}

    assert {row[0].strip("`").removeprefix("engine.") for row in WHERE} - {"samples", "cli"} == packages


@pytest.mark.parametrize("row", IN_USE + TO_COME, ids=lambda row: "-".join(row))
def test_a_term_is_chinese_and_english(row):
    chinese, english = row

    assert re.fullmatch(r"[\u4e00-\u9fff、]+", chinese)
    assert re.fullmatch(r"[a-z][a-z -]+", english)


def test_no_term_stands_twice():
    terms = [term for row in IN_USE + TO_COME for term in row]

    assert sorted(term for term in set(terms) if terms.count(term) > 1) == []


@pytest.fixture(scope="module")
def written():
    """All that is written in code and documents but the glossary."""
    files = [path for name in ("src", "docs") for path in (ROOT / name).rglob("*") if path.suffix in (".py", ".md", ".toml", ".json", ".po")]
    return "\n".join(path.read_text("utf-8") for path in files if path.name != "glossary.md").lower()


@pytest.mark.parametrize("row", IN_USE, ids=lambda row: "-".join(row))
def test_a_term_in_use_is_used(row, written):
    assert re.search(rf"\b{re.escape(row[1])}", written.replace("_", " ")) is not None


def test_every_command_is_described():
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    described = re.findall(r"^## zhengping (\S+)$", (ROOT / "docs/commands.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(described) == sorted(commands)


def test_every_option_is_described():
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    options = {word for command in commands.values() for action in command._actions for word in action.option_strings if word.startswith("--")}
    described = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", (ROOT / "docs/commands.md").read_text("utf-8")))

    assert options - described == {"--help"}


@pytest.mark.parametrize(("file", "key", "sentence"), MESSAGES, ids=[f"{file}-{key}" for file, key, _ in MESSAGES])
def test_a_message_says_the_same_in_both_languages(file, key, sentence):
    names = {language: {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} for language, text in sentence.items()}

    assert set(sentence) == {"zh", "en"}
    assert names["zh"] == names["en"]


def test_a_message_has_one_key_in_all_files():
    keys = [key for _, key, _ in MESSAGES]

    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


@pytest.mark.parametrize("table", sorted(path.name for path in TABLES.iterdir() if path.is_file() and path.suffix != ".py"))
def test_a_table_names_its_source(table):
    assert table in (ROOT / "NOTICE").read_text("utf-8")


def addresses(data):
    """Addresses of machines and package servers in the bytes of a file; where the site itself listens is none."""
    machine = rb"https?://(?:127\.(?!0\.0\.1:(?:8000|{port}))|10\.|192\.168\.|localhost)|/(?:work|root)/|/home/\w"
    server = rb"pypi\." + rb"org|pythonhosted\.org|https?://[^\s\"']+/simple\b"
    return re.findall(rb"(?:%b|%b)[^\s\"']*" % (machine, server), data)


PLANTED = ["/".join(parts) for parts in (("", "root", "project"), ("http:", "", "10.0.0.7"), ("https:", "", "mirror.example", "simple"))]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_address_is_found(text):
    assert addresses(text.encode()) == [text.encode()]


def test_no_file_holds_the_address_of_a_machine_or_a_package_server():
    assert {str(path.relative_to(ROOT)): found for path in repository() if (found := addresses(path.read_bytes()))} == {}


def test_every_setting_of_the_site_is_described():
    read = set(re.findall(r'"(ZHENGPING_[A-Z_]+)"', (ROOT / "src/zhengping/server/settings.py").read_text("utf-8")))
    described = set(re.findall(r"`(ZHENGPING_[A-Z_]+)`", (ROOT / "docs/site.md").read_text("utf-8")))

    assert read == described


def test_every_app_of_the_site_stands_in_where():
    from zhengping.server.settings import STAGES

    text = (ROOT / "docs/where.md").read_text("utf-8")

    assert [stage for stage in STAGES if stage not in text] == []
