"""Reads × calibrated judges -> Scrutiny: what in the scores chance explains badly, with numbers, cases and a kept rate of false alerts."""

from zhengping.engine.scrutiny.rates import q_values
from zhengping.engine.scrutiny.reads import Reads
from zhengping.engine.scrutiny.scrutinise import KINDS, Grouping, Scrutiny, scrutinise

__all__ = ["KINDS", "Grouping", "Reads", "Scrutiny", "q_values", "scrutinise"]
