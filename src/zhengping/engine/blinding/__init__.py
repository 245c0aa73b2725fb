"""Case × its coding -> Blind: the text that a judge may read, with whatever tells unit, place or person behind typed masks."""

from zhengping.engine.blinding.blind import MASKS, blind

__all__ = ["MASKS", "blind"]
