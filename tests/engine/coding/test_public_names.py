"""Names of real public bodies: what the coder is sure of is right (`benchmarks/confidence.py` gives the figures)."""

import json
from pathlib import Path

import pytest

from zhengping.engine.coding import resolve, units

ROWS = [json.loads(line) for line in (Path(__file__).parent / "public_names.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def sure():
    places = [(row, resolve(row["unit"], province=row["province"], year=2026)) for row in ROWS]
    return [(row, place) for row, place in places if place.division and place.confidence >= 0.9]


def test_of_the_names_that_can_be_decided_five_in_six_are_decided_surely(sure):
    assert len(sure) >= 0.85 * sum(bool(row["division"]) for row in ROWS)


def test_what_is_sure_is_right_or_names_the_province_of_a_body_of_the_province(sure):
    wrong = [row["unit"] for row, place in sure if place.division not in (row["division"], row["also_right"], row["division"][:2] + "0000")]

    assert len(wrong) <= 0.005 * len(sure), wrong
    assert sum(place.division == row["division"] for row, place in sure) >= 0.95 * len(sure)


@pytest.mark.parametrize(
    ("name", "province", "division"),
    [
        ("东乌旗委组织部", "", "152525"),
        ("中共塘沽区委组织部", "120000", "120116"),
        ("中共祁阳县委组织部", "430000", "431181"),
        ("黔西县人社局", "520000", "520581"),
        ("绥芬河边境经济合作区", "230000", "231081"),
        ("中共绍兴县委组织部", "", "330603"),
    ],
)
def test_short_old_and_zone_names_lead_to_the_division_of_today(name, province, division):
    assert resolve(name, province=province, year=2026).division == division


@pytest.mark.parametrize("name", ["四川红旗渠水利有限公司", "飞鹤（甘南）乳品有限公司"])
def test_a_name_that_is_another_word_or_lies_in_another_province_is_not_sure(name):
    assert resolve(name, province="230000", year=2026).confidence < 0.9


def test_the_kind_is_right_but_for_what_is_called_otherwise_and_firms_that_do_not_tell():
    otherwise = {"地方": "其他党政机关", "中小学与职业院校": "高等院校", "科研院所": "其他党政机关"}  # a county named alone, vocational colleges, party schools
    found = [(row["unit"], row["unit_type"], units.kind(row["unit"], resolve(row["unit"], province=row["province"], year=2026))) for row in ROWS]
    wrong = [(name, told[0]) for name, true, told in found if told[0] != true and otherwise.get(told[0]) != true]

    assert len(wrong) <= 0.015 * len(ROWS), wrong
    assert [pair for pair in wrong if pair[1] == "地方"] == []
