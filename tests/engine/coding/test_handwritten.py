"""Texts in other words than the samples': what the coder promises on them without confirmed codings (`benchmarks/themes.py` gives the figures)."""

import json
from pathlib import Path

import pytest

from zhengping.engine import coding, tables
from zhengping.engine.record import Case

ROWS = [json.loads(line) for line in (Path(__file__).parent / "handwritten.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def codings():
    coder = coding.Coder(tables.themes())
    return [coder.code(Case(row["id"], row["title"], row["unit"], tuple(row["text"].split("\n")))) for row in ROWS]


def test_every_theme_has_ten_texts_or_more():
    assert min(sum(row["theme"] == theme.key for row in ROWS) for theme in tables.themes()) >= 10


def test_the_main_theme_is_right_for_85_of_100(codings):
    right = sum(found.themes[:1] == (row["theme"],) for row, found in zip(ROWS, codings, strict=True))

    assert right >= 0.85 * len(ROWS)


def test_sentence_and_role_of_nine_measures_in_ten_are_exact(codings):
    wanted = [[(m["role"], m["sentence"]) for m in row["measures"]] for row in ROWS]
    told = [[(m.role, m.sentence) for m in found.measures] for found in codings]

    exact = sum(step in having for steps, having in zip(wanted, told, strict=True) for step in steps)

    assert exact >= 0.9 * sum(map(len, wanted))
    assert sum(map(len, told)) <= 1.05 * sum(map(len, wanted))


@pytest.mark.parametrize(
    "text",
    [
        "围绕转型，第一，市里成立服务组。第二，财政出两千万元。",
        "我们这样认定：第一步，市里成立服务组。第二步，财政出两千万元。",
        "分两步走：一方面，市里成立服务组。另一方面，财政出两千万元。",
        "做法不多。一来，市里成立服务组。二来，财政出两千万元。",
    ],
)
def test_a_list_is_known_by_any_of_its_usual_markers(text):
    found = coding.Coder(tables.themes()).code(Case(1, "", "", (text,))).measures

    assert [(m.ordinal, m.sentence) for m in found] == [(1, "市里成立服务组。"), (2, "财政出两千万元。")]
