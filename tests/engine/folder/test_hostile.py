"""The list of bad inputs, all in one folder: each is a row with its reason, and the good file beside them is read."""

from __future__ import annotations

import json

import pytest
from tests.bad_inputs import FILES

from zhengping.engine.folder.process import Request, process


@pytest.fixture(scope="module")
def told(tmp_path_factory, word):
    """Reason of each file, after one run over all of them."""
    base = tmp_path_factory.mktemp("hostile")
    folder = base / "in"
    folder.mkdir()
    (folder / "好.docx").write_bytes(word)
    for name, (make, _) in FILES.items():
        (folder / name).write_bytes(make())
    summary = process(Request(folder, base / "out"))
    assert summary.cases == 1
    return {row["file"].split("/")[0]: row for row in map(json.loads, (base / "out" / "unreadable.jsonl").read_text("utf-8").splitlines())}


@pytest.mark.parametrize("name", FILES)
def test_each_has_its_row_with_reason_and_advice(told, name):
    expected = FILES[name][1]

    assert told[name]["reason"] in (expected if isinstance(expected, tuple) else (expected,))
    assert "请" in told[name]["sentence"]
