"""Files read in warm processes that can be killed: a hostile file costs its own row and nothing else.

A 5 kB .xlsx can abort the process that reads it and a 1.5 MB PDF can take 8 GB, so nothing a stranger sent is parsed here in the parent
but the central directory of a zip.
"""

from zhengping.engine.workers.pool import Limits, Readers, has_ocr, read_in_worker
from zhengping.engine.workers.reader import Read

__all__ = ["Limits", "Read", "Readers", "has_ocr", "read_in_worker"]
