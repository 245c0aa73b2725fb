import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengping.engine import chains, tables
from zhengping.engine.record import Alert
from zhengping.engine.scrutiny import KINDS, Grouping, Reads, q_values, scrutinise

PROVINCES = ("浙江省", "江苏省", "四川省", "广东省", "湖北省")


class World:
    """An honest panel; its methods plant what scrutiny is to find."""

    def __init__(self, seed=0, cases=400, judges=24, reads=3, load=None, strength=0.0):
        rng = self.rng = np.random.default_rng(seed)
        self.case = np.repeat(np.arange(cases), reads)
        self.judge = np.stack([rng.permutation(judges)[:reads] for _ in range(cases)]).ravel()
        self.group = np.arange(cases) % 5
        self.quality = rng.standard_normal(cases) + rng.normal(0, strength, 5)[self.group]
        strict = rng.normal(0, 0.7, judges)
        self.marks = np.round(72 + 7 * (self.quality[self.case] - strict[self.judge] + rng.standard_normal(len(self.case))))
        self.comments = [""] * len(self.case)
        self.signed = None

    def of(self, judge):
        return np.flatnonzero(self.judge == judge)

    def favour(self, judge, group, points=18.0):
        self.marks[(self.judge == judge) & (self.group[self.case] == group)] += points

    def straight(self, judge):
        self.marks[self.of(judge)] = 75.0

    def turn(self, judge):
        self.marks[self.of(judge)] = 144 - self.marks[self.of(judge)]

    def shared(self, first, second):
        both = set(self.case[self.of(first)].tolist()) & set(self.case[self.of(second)].tolist())
        return [(np.flatnonzero((self.case == one) & (self.judge == first))[0], np.flatnonzero((self.case == one) & (self.judge == second))[0]) for one in both]

    def copy(self, first, second):
        for one, other in self.shared(first, second):
            self.marks[other] = self.marks[one]

    def reads(self, order=None):
        order = np.arange(len(self.case)) if order is None else order
        cases, judges = [f"c{self.case[at]:04}" for at in order], [f"j{self.judge[at]:02}" for at in order]
        signed = None if self.signed is None else self.signed[order]
        return Reads(cases, judges, self.marks[order], comments=[self.comments[at] for at in order], signed=signed)

    def groups(self, homes=None):
        of = {f"c{at:04}": PROVINCES[one] for at, one in enumerate(self.group.tolist())}
        return Grouping("group" if homes is None else "own-province", of, homes)

    def alerts(self, *groupings, level=0.05):
        return chains.scrutinise(self.reads(), groupings, level)[1].alerts


def said(alerts):
    return {(one.kind, one.judges, one.group) for one in alerts}


def test_an_honest_panel_has_no_alerts():
    found = [World(seed).alerts(World(seed).groups()) for seed in range(20)]

    assert sum(map(bool, found)) <= 3


def test_favour_for_a_group_is_found_with_its_cases_and_size():
    world = World(1)
    world.favour(4, 2)

    alert = next(one for one in world.alerts(world.groups()) if one.kind == "group")

    assert (alert.judges, alert.group) == (("j04",), "四川省")
    assert alert.cases == tuple(sorted(f"c{at:04}" for at in set(world.case[world.of(4)].tolist()) if world.group[at] == 2))
    assert 11 < alert.effect < 25
    assert alert.q <= 0.05


def test_favour_for_the_own_province_is_found_once_under_its_own_name():
    world = World(2)
    world.favour(7, 1)
    homes = {f"j{at:02}": PROVINCES[at % 5] for at in range(24)} | {"j07": "江苏省"}

    alerts = world.alerts(world.groups(), world.groups(homes))

    assert [one for one in said(alerts) if one[1] == ("j07",)] == [("own-province", ("j07",), "江苏省")]


def test_groups_that_are_truly_better_are_favoured_by_nobody():
    found = [World(seed, strength=1.5).alerts(World(seed, strength=1.5).groups()) for seed in range(15)]

    assert sum(map(bool, found)) <= 3


def test_a_straight_line_a_turned_scale_and_a_copy_are_found():
    world = World(3, cases=300, judges=20, reads=4)
    world.straight(2)
    world.turn(5)
    world.copy(8, 9)

    assert said(world.alerts()) == {("straight", ("j02",), ""), ("turned", ("j05",), ""), ("copied", ("j08", "j09"), "")}


def test_two_straight_lines_are_no_copies():
    world = World(4, cases=300, judges=20, reads=4)
    world.straight(2)
    world.straight(3)

    assert "copied" not in {one.kind for one in world.alerts()}


def test_marks_in_fives_make_no_copies():
    world = World(5, cases=300, judges=20, reads=4)
    world.marks = np.round(world.marks / 5) * 5

    assert world.alerts() == ()


def test_copied_comments_are_found_and_common_phrases_are_not():
    world = World(6, cases=300, judges=20, reads=4)
    world.comments = [f"做法第{at}项有新意，成效第{at * 7 % 1000}点有数据支撑，可供第{at * 13 % 997}类单位参考" for at in range(len(world.case))]
    for at in range(0, len(world.case), 2):
        world.comments[at] = "材料翔实，成效明显，同意推荐参加评选。"
    for place, (one, other) in enumerate(world.shared(11, 12)[:5]):
        world.comments[one] = f"第{place}段所说的第{place * 31}个试点写得清楚，但{'甲乙丙丁戊'[place]}处数字与附件不一致"
        world.comments[other] = world.comments[one].replace("，", ",") + "。"

    alerts = [one for one in world.alerts() if one.kind == "comments"]

    assert [one.judges for one in alerts] == [("j11", "j12")]
    assert len(alerts[0].cases) >= 2


def test_drift_is_found_by_the_times_of_signing():
    world = World(7)
    world.signed = world.rng.permutation(len(world.case)) * 60.0
    mine = world.of(6)
    place = np.argsort(np.argsort(world.signed[mine])) / len(mine)
    world.marks[mine] += np.round(24 * place)

    alerts = [one for one in world.alerts(level=0.01) if one.kind == "drift"]

    assert [one.judges for one in alerts] == [("j06",)]
    assert 15 < alerts[0].effect < 33


def test_haste_is_found():
    world = World(8)
    world.signed = np.zeros(len(world.case))
    for judge in range(24):
        mine = world.of(judge)
        pace = 40 if judge == 3 else 900
        world.signed[mine] = np.cumsum(pace * np.exp(world.rng.normal(0, 0.5, len(mine))))

    assert ("haste", ("j03",), "") in said(world.alerts())


def test_every_alert_has_its_sentences_in_both_languages():
    for kind in KINDS:
        for key in (f"alert-{kind}", f"innocent-{kind}", f"kind-{kind}"):
            for language in ("zh", "en"):
                assert tables.sentence(key, (), language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_says_its_numbers(language):
    world = World(3, cases=300, judges=20, reads=4)
    world.straight(2)
    world.turn(5)
    world.copy(8, 9)
    world.favour(1, 2, 20)
    world.signed = world.rng.permutation(len(world.case)) * 60.0

    for alert in world.alerts(world.groups()):
        sentence = tables.sentence(f"alert-{alert.kind}", alert.values, language)
        assert "…" not in sentence
        assert alert.judges[0] in sentence
        assert not any(word in sentence.lower() for word in ("作弊", "舞弊", "cheat", "fraud"))


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed):
    world = World(seed, 120, 10)
    world.favour(3, 1)
    world.straight(2)
    mixed = world.reads(world.rng.permutation(len(world.case)))

    assert chains.scrutinise(mixed, [world.groups()]) == chains.scrutinise(world.reads(), [world.groups()])


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 1000))
def test_names_do_not_matter(seed):
    world = World(seed, 200, 12)
    world.favour(3, 1, 25)
    world.turn(2)
    plain = world.reads()
    cases = {name: f"x{at}" for at, name in enumerate(np.random.default_rng(seed).permutation(sorted(set(plain.cases))).tolist())}
    judges = {name: f"y{at}" for at, name in enumerate(np.random.default_rng(seed + 1).permutation(sorted(set(plain.judges))).tolist())}
    groups = world.groups()
    renamed = Reads([cases[name] for name in plain.cases], [judges[name] for name in plain.judges], plain.values)

    first = chains.scrutinise(plain, [groups])[1].alerts
    second = chains.scrutinise(renamed, [Grouping("group", {cases[name]: value for name, value in groups.of.items()})])[1].alerts

    assert {(one.kind, frozenset(judges[name] for name in one.judges), one.group) for one in first} == {
        (one.kind, frozenset(one.judges), one.group) for one in second
    }


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 1000), st.floats(-8, 8))
def test_one_judge_shifted_as_severity_explains_changes_no_alert(seed, shift):
    world = World(seed, 200, 12)
    world.favour(3, 1, 25)
    before = said(world.alerts(world.groups(), level=0.01))
    world.marks = world.marks + round(shift) * (world.judge == 3)

    after = {one[:3] for one in said(world.alerts(world.groups(), level=0.1))}

    assert before <= after


def test_a_judge_who_reads_little_is_not_tested_alone_and_that_is_said():
    world = World(9)
    world.judge[:4] = 24

    notes = dict(chains.scrutinise(world.reads(), [world.groups()])[1].notes)

    assert dict(notes["scrutiny-few"]) == {"count": "1", "least": "8"}
    assert "scrutiny-league" in notes


def test_kinds_that_could_not_be_tested_are_named():
    _calibrated, found = chains.scrutinise(World(0).reads())

    assert "drift" in dict(dict(found.notes)["scrutiny-untested"])["kinds"].split(",")


def test_one_judge_alone_gives_no_alert():
    reads = Reads(["a", "b", "c"], ["j"] * 3, np.array([70.0, 80.0, 75.0]))

    assert chains.scrutinise(reads)[1].alerts == ()


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=40))
def test_q_of_one_kind_is_that_of_benjamini_and_hochberg(p):
    q = q_values({"group": np.array(p)})["group"]

    order = np.argsort(p, kind="stable")
    steps = [min(1.0, p[one] * len(p) / (at + 1)) for at, one in enumerate(order)]
    expected = [min(steps[at:]) for at in range(len(steps))]
    assert np.allclose(q[order], expected)


def test_a_kind_with_many_tests_does_not_drown_another():
    rng = np.random.default_rng(0)
    own = np.append(rng.random(59), 1e-4)

    q = q_values({"own-province": own, "copied": rng.random(200_000)})

    assert q["own-province"][-1] < 0.05


def test_scrutiny_takes_calibrated_judges_alone():
    world = World(1)
    calibrated, found = chains.scrutinise(world.reads(), [world.groups()])

    assert scrutinise(world.reads(), calibrated.judges, [world.groups()]) == found
    assert all(isinstance(one, Alert) for one in found.alerts)
