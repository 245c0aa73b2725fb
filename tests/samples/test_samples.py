from __future__ import annotations

import itertools
import json
from random import Random

from zhengping import samples
from zhengping.engine import tables
from zhengping.samples import plan, prose


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        samples.make(tmp_path / name, 30, 3)

    files = [sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*") if path.is_file()) for name in ("a", "b")]
    assert files[0] == files[1]
    assert [path for path in files[0] if (tmp_path / "a" / path).read_bytes() != (tmp_path / "b" / path).read_bytes()] == []


def test_texts_say_that_they_are_samples_and_have_the_length_of_cases():
    texts = [prose.compose(Random(n), theme.key, "示例县", n).paragraphs for theme in tables.themes() for n in range(20)]

    assert all(prose.NOTE in paragraphs for paragraphs in texts)
    sizes = sorted(sum(map(len, paragraphs)) for paragraphs in texts)
    assert sizes[len(sizes) // 10] > 1200 and sizes[-len(sizes) // 10] < 3500


def test_two_cases_of_one_theme_do_not_look_alike():
    texts = ["".join(prose.compose(Random(n), "rural", "示例县", n).paragraphs[:-1]) for n in range(30)]
    grams = [{text[at : at + 8] for at in range(len(text) - 7)} for text in texts]

    shares = [len(a & b) / min(len(a), len(b)) for a, b in itertools.combinations(grams, 2)]

    assert max(shares) < 0.3


def test_every_kind_of_trap_is_planted():
    kinds = {plant["kind"] for planned in plan.plan(1000, 1) for plant in planned.planted}

    assert {"place-trap", "personal", "over-long", "missing-field", "conflict", "damage:masked", "damage:lost-number", "near:order"} <= kinds


def test_truth_names_every_case_once(sample):
    truth = [json.loads(line) for line in (sample / "truth.jsonl").read_text("utf-8").splitlines()]

    assert [row["case"] for row in truth] == list(range(1, 61))
