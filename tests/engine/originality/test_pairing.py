"""Properties of finding pairs: order, offsets, disguises, boilerplate, twins, time."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine.originality import match, near
from zhengping.engine.originality.candidates import against, within
from zhengping.engine.originality.grams import DOCUMENT, hashes, kept
from zhengping.engine.originality.normal import normal
from zhengping.engine.originality.pairing import prints
from zhengping.engine.originality.passages import runs, side
from zhengping.engine.record import Case


def text(seed: int, sentences: int = 20) -> str:
    """A text of random characters that shares nothing with another seed's."""
    chance = random.Random(seed)
    return "".join("".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(30)) + "。" for _ in range(sentences))


@given(st.lists(st.sampled_from([text(1), text(2), text(1)[:400] + text(3), text(4), ""]), min_size=2, max_size=6), st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_cases_does_not_matter(texts, chance):
    cases = [Case(number, "", "", (one,)) for number, one in enumerate(texts, 1)]
    shuffled = list(cases)
    chance.shuffle(shuffled)

    pairs = [{(frozenset((m.case, m.other)), m.kind, m.share) for m in match(order)} for order in (cases, shuffled)]

    assert pairs[0] == pairs[1]


@given(st.text(alphabet="甲乙丙丁，。 \u200bAＡ１1個个“”\U0002a6d6", max_size=300), st.text(alphabet="甲乙丙丁，。 Aａ1個个", max_size=300))
@settings(max_examples=150, deadline=None)
def test_passages_are_equal_after_normalisation_and_in_range(one, two):
    first, second = side(one), side(two)

    for run in runs(first, second):
        assert first.text[run.start : run.start + run.size] == second.text[run.other : run.other + run.size]
        assert 0 <= first.copy.places[run.start] <= first.copy.places[run.start + run.size - 1] < len(one)


def test_every_common_run_of_eight_characters_is_covered():
    one, two = text(1), text(1)[200:320] + text(2) + text(1)[:90]

    covered = sum(run.size for run in runs(side(one), side(two)))

    assert covered == len(normal(text(1)[200:320]).points) + len(normal(text(1)[:90]).points)


@pytest.mark.parametrize(
    "hide",
    [
        lambda t: t.replace("。", " . "),
        lambda t: "\u200b".join(t),
        lambda t: t.replace("国", "國"),
        lambda t: "\n\n".join(t[at : at + 7] for at in range(0, len(t), 7)),
    ],
    ids=["marks", "invisible", "traditional", "line ends"],
)
def test_a_disguised_copy_is_the_same_text(hide):
    plain = text(1)[:300] + "国家" + text(1)[300:]

    (found,) = match([Case(1, "", "", (plain,)), Case(2, "", "", (hide(plain),))])

    assert (found.kind, found.share) == ("same-text", 1.0)


def test_swapped_names_leave_a_match_whose_offsets_point_to_the_same_words():
    sentences = [f"{{}}{text(seed, 1)[:18]}由{{}}负责。" for seed in range(40)]
    one, two = ("".join(s.format(place, unit) for s in sentences) for place, unit in (("溪口县", "县人才办"), ("连云新区", "组织部人才科")))

    (found,) = match([Case(1, "", "", (one,)), Case(2, "", "", (two,))])

    assert found.share > 0.6
    assert all(normal(one[p.start : p.end]).text == normal(two[p.other_start : p.other_end]).text for p in found.passages)


def test_a_paragraph_of_150_characters_is_found_among_texts_of_their_own():
    texts = [text(seed) for seed in range(200)]
    texts[120] += texts[3][100:250]

    assert [(f.first, f.second) for f in near(texts, len(texts))] == [(3, 120)]


def test_a_document_that_many_quote_is_no_match_but_half_a_text_in_common_is():
    quoted = text(9_999, 8)
    texts = [text(seed) + quoted for seed in range(60)]
    texts[50] = texts[7][:500] + text(77, 4) + quoted

    assert [(f.first, f.second) for f in near(texts, len(texts))] == [(7, 50)]


def test_words_quoted_from_a_document_do_not_count_in_a_pair():
    quoted = text(5, 6).replace("。", "，")

    assert match([Case(1, "", "", (text(1) + f"“{quoted}”",)), Case(2, "", "", (text(2) + f"“{quoted}”",))]) == ()


def test_of_thirty_copies_of_one_text_each_is_paired_with_the_next():
    texts = [text(seed) for seed in range(100)] + [text(500) + text(600 + at, 1) for at in range(30)]

    found = [(f.first, f.second) for f in near(texts, len(texts))]

    assert {place for pair in found for place in pair} == set(range(100, 130))


@pytest.mark.parametrize("one", ["啊" * 300_000, "甲乙" * 150_000, "甲" * 5_000 + "乙" + "甲" * 200_000], ids=["one", "two", "broken"])
def test_texts_that_repeat_themselves_take_no_longer(one):
    started = time.perf_counter()

    assert runs(side(one), side(one[10:] + "丙" + one[:1000]))

    assert time.perf_counter() - started < 5


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_pairs_within_are_those_that_counting_finds(kinds):
    texts = [text(kind, 6) + text(100 + at, 2) for at, kind in enumerate(kinds)]
    made = prints(texts)

    pairs = within(made.postings, made.sizes, len(texts))

    mask = np.uint64((1 << DOCUMENT) - 1)
    grams = [set((made.postings[(made.postings & mask) == at] >> np.uint64(DOCUMENT)).tolist()) for at in range(len(texts))]
    common = set(pairs.common.many.tolist())
    counted = {(a, b) for b in range(len(texts)) for a in range(b) if len((grams[a] & grams[b]) - common) >= 4}
    assert {(a, b) for a, b in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)} == counted


def test_pairs_against_another_set_are_those_within_both():
    texts = [text(seed, 6) for seed in range(40)]
    copies = [texts[3][:120] + text(900, 3), text(901, 5), texts[30]]
    own, others = prints(copies), prints(texts)

    across = against(own.postings, [others.postings], 43, own.sizes)

    assert {(a, b) for a, b in zip(*(side.tolist() for side in across.pairs[0]), strict=True)} == {(0, 3), (2, 30)}


def test_a_gram_is_kept_wherever_it_stands():
    points = normal(text(1)).points

    moved = normal("前言" + text(1)).points

    assert {int(h) for h in hashes(points)[kept(hashes(points))]} <= {int(h) for h in hashes(moved)[kept(hashes(moved))]}
