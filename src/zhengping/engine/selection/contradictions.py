"""Rules that cannot hold together -> the smallest set of them, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from zhengping.engine.selection.model import broken
from zhengping.engine.selection.problem import Field, problem
from zhengping.engine.selection.rules import Limit, said, said_value
from zhengping.engine.tables import Trouble, sentence

Rule = Limit | tuple[int, str, str]
Parts = list[list[Rule]]
_TOLD = 3


class Contradiction(Trouble):
    """Rules that cannot hold together with the numbers of awards: leaving out any one of them would do."""

    def __init__(self, field: Field, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._field = field
        super().__init__("select-contradiction", count=len(rules), total=field.rules.total)

    def said(self, language: str) -> str:
        """The sentence and the rules, one a line, in "zh" or "en"."""
        lines = _lines(getattr(self, "rules", ()), getattr(self, "_field", None), language)
        return "\n".join([super().said(language), *(f"· {line}" for line in lines)])


def _lines(rules: Sequence[Rule], field: Field | None, language: str) -> list[str]:
    """Each rule in words; many limits of one quota in one line."""
    if field is None:
        return []
    groups: dict[object, list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.quota, rule.award) if isinstance(rule, Limit) else rule, []).append(rule)
    lines = []
    for group in groups.values():
        first = group[0]
        if len(group) <= _TOLD or not isinstance(first, Limit):
            lines += [_said(rule, field, language) for rule in group]
            continue
        names = [said_value(rule.quota.by, rule.value) for rule in group if isinstance(rule, Limit)]
        every = replace(first, value=sentence("limit-each", (("count", str(len(names))), ("names", "、".join(names[:5]))), language))
        lines.append(said(every, field.rules, language))
    return lines


def _said(rule: Rule, field: Field, language: str) -> str:
    if isinstance(rule, Limit):
        having = sum(not field.barred[case] for case in rule.members)
        return said(rule, field.rules, language) + sentence("limit-having", (("count", str(having)),), language)
    case, award, reason = rule
    values = (("case", field.estimates[case].case), ("award", award or "—"), ("reason", reason))
    return sentence("limit-forced", values, language)


def contradiction(field: Field) -> Contradiction:
    """The smallest set of limits and forced cases that cannot hold together (QuickXplain, Junker 2004), of a field that has no choice."""
    whole = problem(field, field.values)

    def fails(some: Sequence[Rule]) -> bool:
        return broken(whole, [rule for rule in some if isinstance(rule, Limit)], [rule[0] for rule in some if not isinstance(rule, Limit)])

    if fails([]):
        return Contradiction(field, [])
    groups: dict[object, list[Rule]] = {}
    everything: list[Rule] = [*field.limits, *field.forced]
    for rule in everything:
        key: object = rule.quota if isinstance(rule, Limit) else rule
        groups.setdefault(key, []).append(rule)
    kept = _parts([], list(groups.values()), False, lambda some: fails([rule for part in some for rule in part]))
    single: Parts = [[rule] for part in kept for rule in part]
    return Contradiction(field, [part[0] for part in _parts([], single, False, lambda some: fails([part[0] for part in some]))])


def _parts(held: Parts, rules: Parts, has_grown: bool, fails: Callable[[Parts], bool]) -> Parts:
    if has_grown and fails(held):
        return []
    if len(rules) == 1:
        return rules
    middle = len(rules) // 2
    first, second = rules[:middle], rules[middle:]
    right = _parts(held + first, second, True, fails)
    left = _parts(held + right, first, bool(right), fails)
    return left + right
