"""The whole job on CASES cases (default 2,000) beside markitdown + cpca on 500 of the same files, a case: `process.py [CASES]`."""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from reading import members

from zhengping import samples
from zhengping.engine.folder.process import Request, process


def main() -> int:
    """Print seconds, memory and the ratio a case."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        samples.make(base, cases, 4)
        request = Request(base / "incoming", base / "out", base / "edition.toml", (base / "earlier" / "register.jsonl",), jobs=2)
        start = time.perf_counter()
        process(request)
        first = time.perf_counter() - start
        start = time.perf_counter()
        process(request)
        second = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"zhengping: {cases} cases in {first:.1f} s ({first / cases * 1000:.1f} ms a case), {memory:.0f} MiB; again, nothing new: {second:.2f} s")
        files = members(base / "incoming")
        truth = [json.loads(line) for line in (base / "truth.jsonl").read_text("utf-8").splitlines()]
    try:
        import cpca
        from markitdown import MarkItDown
    except ImportError:
        print("markitdown or cpca is not installed")
        return 0
    words = [case for case in truth if case["kind"] in ("docx", "pdf", "txt")][:500]
    converter = MarkItDown(enable_plugins=False)
    start = time.perf_counter()
    failed = 0
    for case in words:
        try:
            text = converter.convert_stream(io.BytesIO(files[case["text_file"]]), file_extension="." + case["kind"]).text_content
            cpca.transform([text[:200]])
        except Exception:  # what a peer cannot read is counted, not ours to mend
            failed += 1
    each = (time.perf_counter() - start) / max(1, len(words))
    print(f"markitdown + cpca: {each * 1000:.1f} ms a case on one core ({failed} of {len(words)} failed); ratio {each / (first / cases):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
