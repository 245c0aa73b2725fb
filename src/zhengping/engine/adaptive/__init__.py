"""Estimates × judges × budget -> NextReads: where one more read changes the awards most."""

from zhengping.engine.adaptive.gain import Line, NextReads, Read, next_reads

__all__ = ["Line", "NextReads", "Read", "next_reads"]
