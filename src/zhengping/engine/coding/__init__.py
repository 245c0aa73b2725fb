"""Case -> Coding: where the unit lies, what kind of unit it is, which themes it is about, which measures it names; each with evidence."""

from zhengping.engine.coding.coder import Coder, conflicts
from zhengping.engine.coding.gazetteer import full_name
from zhengping.engine.coding.places import resolve
from zhengping.engine.coding.themes import Learned, learn

__all__ = ["Coder", "Learned", "conflicts", "full_name", "learn", "resolve"]
