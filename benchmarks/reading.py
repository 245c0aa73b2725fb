"""Reading: .docx a second on one core and recall of words, beside python-docx and markitdown on the same files; recall of the other kinds."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zhengping import samples
from zhengping.engine import reading
from zhengping.engine.record import IncomingFile


def members(folder: Path) -> dict[str, bytes]:
    """All files of an edition by path, those in zips and mails too."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".zip" and "零散来件" not in name:
            with zipfile.ZipFile(path, metadata_encoding="gb18030") as archive:
                found |= {f"{name}/{info.filename}": archive.read(info) for info in archive.infolist()}
        else:
            found[name] = path.read_bytes()
    for name in [name for name in found if name.endswith(".eml")]:
        for item in reading.unpack(IncomingFile(name, found[name])):
            if isinstance(item, IncomingFile):
                found[f"{name}/{item.name}"] = item.data
    return found


def plain(text: str) -> str:
    """Without white space."""
    return "".join(text.split())


def recall(text: str, said: list[str]) -> tuple[int, int]:
    """(characters of the lines that stand whole in the text, characters of all)."""
    bare = plain(text)
    lines = [plain(line) for line in said]
    return sum(len(line) for line in lines if line in bare), sum(map(len, lines))


def readers() -> dict[str, Callable[[bytes], str]]:
    """Zhengping and the peers that are installed."""
    import docx

    found: dict[str, Callable[[bytes], str]] = {
        "zhengping": lambda data: reading.read(IncomingFile("a.docx", data)).text,
        "python-docx": lambda data: "\n".join(
            (p.text if hasattr(p, "text") else "\n".join(c.text for r in p.rows for c in r.cells)) for p in docx.Document(io.BytesIO(data)).iter_inner_content()
        ),
    }
    try:
        from markitdown import MarkItDown

        converter = MarkItDown(enable_plugins=False)
        found["markitdown"] = lambda data: converter.convert_stream(io.BytesIO(data), file_extension=".docx").text_content
    except ImportError:
        print("markitdown is not installed")
    return found


def main() -> int:
    """Print recall and speed."""
    with tempfile.TemporaryDirectory() as folder:
        samples.make(Path(folder), 600, 21)
        files = members(Path(folder) / "incoming")
        truth = [json.loads(line) for line in (Path(folder) / "truth.jsonl").read_text("utf-8").splitlines()]
    cases: list[tuple[dict[str, Any], bytes]] = [(case, files[case["text_file"]]) for case in truth]
    words = [(case, data) for case, data in cases if case["kind"] in ("docx", "eml")]
    speeds: dict[str, float] = {}
    for name, read in readers().items():
        some = words if name == "zhengping" else words[:60]
        read(some[0][1])
        start = time.perf_counter()
        texts = [read(data) for _, data in some]
        speeds[name] = len(some) / (time.perf_counter() - start)
        pairs = [recall(text, case["said"]) for text, (case, _) in zip(texts, some, strict=True)]
        deleted = sum(bool(case["deleted"]) and plain(case["deleted"]) in plain(text) for text, (case, _) in zip(texts, some, strict=True))
        share = sum(hit for hit, _ in pairs) / sum(total for _, total in pairs)
        ratio = f"  ratio {speeds['zhengping'] / speeds[name]:.1f}" if name != "zhengping" else ""
        print(f".docx {name:12} {speeds[name]:8.1f} files/s  recall {share:.4f}  deleted passages read {deleted}{ratio}")
    kinds: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for case, data in cases:
        if case["kind"] not in ("docx", "png"):
            name = "a.docx" if case["kind"] == "eml" else f"a.{case['kind']}"
            kinds[case["kind"]].append(recall(reading.read(IncomingFile(name, data)).text, case["said"]))
    for kind, pairs in sorted(kinds.items()):
        print(f".{kind:5} recall {sum(hit for hit, _ in pairs) / sum(total for _, total in pairs):.4f} ({len(pairs)} files)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
