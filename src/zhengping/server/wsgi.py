"""The door for web servers."""

from __future__ import annotations

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

from zhengping.server.gate import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengping.server.settings")
application = Gate(get_wsgi_application())


def _warm() -> None:
    """Load what the first upload would wait for: the engine's tables and words, and a reader process."""
    from zhengping.engine import chains, record
    from zhengping.server.submission.operations import readers

    paragraphs = ("近年来人才总量不足，企业普遍反映招人难。" * 8,)
    chains.check(record.Case(1, "建设人才驿站", "江苏省南京市委组织部", paragraphs), chains.coder(record.Edition()), record.Edition())
    readers().read(record.IncomingFile("warm.txt", "建设人才驿站".encode()))
    gc.collect()
    gc.freeze()  # the tables stay for good: no collection walks over them again
    gc.set_threshold(50_000, 20, 50)  # a page makes thousands of objects and few circles


threading.Thread(target=_warm, name="warm", daemon=True).start()
