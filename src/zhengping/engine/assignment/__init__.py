"""Candidates × judges -> a plan: who reads what, so that each case is read by those who know it, and none is served badly."""

from zhengping.engine.assignment.assign import assign
from zhengping.engine.assignment.causes import Impossible
from zhengping.engine.assignment.fits import fits
from zhengping.engine.assignment.rules import Load, Plan, Rules
from zhengping.engine.assignment.task import conflicts

__all__ = ["Impossible", "Load", "Plan", "Rules", "assign", "conflicts", "fits"]
