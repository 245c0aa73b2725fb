"""Incoming files -> documents -> cases: unpack a container, read a file, draft the cases that documents make together; a file's blocks to be printed; a filled-in workbook's sheets."""

from zhengping.engine.reading.blocks import blocks
from zhengping.engine.reading.drafting import Draft, draft
from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.reading.files import is_container, read, unpack
from zhengping.engine.reading.grid import grids
from zhengping.engine.reading.sheet import check_extent

__all__ = ["Draft", "UnreadableFile", "blocks", "check_extent", "draft", "grids", "is_container", "read", "unpack"]
