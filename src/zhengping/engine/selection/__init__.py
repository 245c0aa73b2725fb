"""Estimates × Candidates × Rules -> choices: who gets which award, proved, with the reason, the rule that moved it, and how firm that is."""

from zhengping.engine.selection.contradictions import Contradiction
from zhengping.engine.selection.moving import Filling, Move, Skip, fill
from zhengping.engine.selection.rules import BY, TIES, Award, Limit, Quota, Rules, Ruling, limits, said, said_value, value_of
from zhengping.engine.selection.select import Change, Selection, compare, firmness, select

__all__ = [
    "BY",
    "TIES",
    "Award",
    "Change",
    "Contradiction",
    "Filling",
    "Limit",
    "Move",
    "Quota",
    "Rules",
    "Ruling",
    "Selection",
    "Skip",
    "compare",
    "fill",
    "firmness",
    "limits",
    "said",
    "said_value",
    "select",
    "value_of",
]
