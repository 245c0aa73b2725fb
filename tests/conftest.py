"""Small real values that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhengping import samples
from zhengping.engine.folder.process import Request, process
from zhengping.samples.writers import Paper, docx

TEXT = "近年来，鼓楼区面临人才总量不足的问题。" * 8
DONE = "一是建立引才机制，出台3项政策，引进博士12人。二是健全评价体系，开展职称评审改革，覆盖2个乡镇。三是优化服务，建成人才公寓100套。"
PAPER = Paper("“青蓝计划”促进人才评价改革", "江苏省南京市鼓楼区委组织部", (("案例背景", (TEXT,)), ("主要做法", (DONE,))))


@pytest.fixture(scope="session")
def paper() -> Paper:
    """A short paper."""
    return PAPER


@pytest.fixture(scope="session")
def word() -> bytes:
    """It as .docx."""
    return docx(PAPER, False)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample edition of 60 cases and, in out/, what the main job made of it."""
    base = tmp_path_factory.mktemp("sample")
    samples.make(base, 60, 7)
    process(Request(base / "incoming", base / "out", base / "edition.toml", (base / "earlier" / "register.jsonl",)))
    return base
