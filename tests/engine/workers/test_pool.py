from __future__ import annotations

import os
import signal
import time

from zhengping.engine.record import IncomingFile
from zhengping.engine.workers import Limits, Readers, read_in_worker
from zhengping.samples.writers import docx_of


def test_a_file_is_read_elsewhere(word):
    with Readers(1) as readers:
        assert readers.read(IncomingFile("a.docx", word)).document is not None


def test_a_reader_that_takes_too_long_is_killed_and_the_next_file_is_read(word):
    slow = docx_of("<w:p><w:r><w:t>字字字字字字字字字</w:t></w:r></w:p>" * 60_000)
    with Readers(1, Limits(seconds=0.001)) as readers:
        late = readers.read(IncomingFile("a.docx", slow)).reason
    with Readers(1) as readers:
        assert (late, readers.read(IncomingFile("b.docx", word)).reason) == ("timeout", "")


def test_a_reader_that_dies_costs_its_own_file_alone(word):
    with Readers(1) as readers:
        readers.read(IncomingFile("a.docx", word))
        process = readers._all[0]._process
        os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.2)

        assert readers.read(IncomingFile("a.docx", word)).document is not None


def test_memory_is_bounded(word):
    with Readers(1, Limits(memory=200 << 20)) as readers:
        big = docx_of("<w:p><w:r><w:t>" + "字" * 8_000_000 + "</w:t></w:r></w:p>")

        assert readers.read(IncomingFile("a.docx", big)).document is None
        assert readers.read(IncomingFile("b.docx", word)).document is not None


def test_a_cluster_worker_reads_with_its_own_reader(word):
    assert read_in_worker(IncomingFile("a.docx", word)).document is not None
