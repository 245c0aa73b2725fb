"""Near copies among many texts: recall of each kind, precision, time and memory, beside datasketch and rensa: `near_copies.py [COUNT [SEED [FOLDER]]]`.

The texts are made of words by a seed: words and formulas as often as Zipf says, form headings in all, documents quoted by many (half of them without
quotation marks). With FOLDER, real texts (.txt, one a file, or .jsonl with "text") take their place; then pairs that were not planted are shown, since
some of them are true. The peers get the same second check. They are left out above 20,000 texts.

`near_copies.py --growth [SIZE …]` (default 1000 10000 100000) instead lets an index grow edition by edition (5,000 texts each) and says at each size: MiB on disk, the most
memory of adding one edition, and how long one new case takes against all: opened index in a running process, opening included, and with the files out of the page cache.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import numpy as np

from zhengping.engine.folder import duplicates
from zhengping.engine.folder.index import Index
from zhengping.engine.originality import Common, Judge, near, prints, within

KINDS = ("exact", "10 %", "20 %", "40 %", "swapped", "order", "paragraph")
HEADINGS = "一、案例背景与起因", "二、主要做法和实施过程", "三、创新点及特色亮点", "四、取得成效与社会反响", "五、推广价值和下一步打算"


BOILERPLATE = [Common(np.zeros(0, np.uint64), np.zeros(0, np.uint64))]


class Maker:
    """Makes texts of about 2,050 characters."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        characters = [chr(0x4E00 + 5 * at) for at in range(3000)]
        self.words = ["".join(self.chance.choices(characters, k=self.chance.choice((1, 2, 2, 2, 3)))) for _ in range(20_000)]
        self.weights = np.cumsum(1 / (np.arange(20_000) + 2.7)).tolist()
        self.formulas = ["".join(self._words(self.chance.randint(4, 16))) for _ in range(3_000)]
        self.formula_weights = np.cumsum(1 / (np.arange(3_000) + 2.7)).tolist()
        self.documents = ["，".join("".join(self._words(self.chance.randint(5, 12))) for _ in range(self.chance.randint(3, 9))) for _ in range(40)]
        self.places = ["".join(self._words(2))[:3] + ending for ending in "市县区" for _ in range(900)]

    def _words(self, count: int) -> list[str]:
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def sentence(self, place: str) -> str:
        """A sentence, sometimes with the place or a formula in it."""
        words = self._words(self.chance.randint(8, 22))
        if self.chance.random() < 0.3:
            words.insert(self.chance.randrange(len(words)), place)
        if self.chance.random() < 0.15:
            words.append("，" + self.chance.choices(self.formulas, cum_weights=self.formula_weights)[0])
        words.insert(len(words) // 2, "，")
        return "".join(words) + "。"

    def text(self, place: str) -> list[str]:
        """A text in paragraphs."""
        sentences = [self.sentence(place) for _ in range(54)]
        quoted = self.chance.choice(self.documents)
        sentences[self.chance.randrange(54)] += f"会议指出，“{quoted}”。" if self.chance.random() < 0.5 else quoted + "。"
        found = []
        for at, heading in enumerate(HEADINGS):
            found += [heading, "".join(sentences[at * 11 : at * 11 + 6]), "".join(sentences[at * 11 + 6 : at * 11 + 11])]
        return found


def copy(kind: str, paragraphs: list[str], own: list[str], place: str, other: str, chance: Random, spare: Callable[[], str], quoted: Iterable[str] = ()) -> list[str]:
    """A text made of `paragraphs` in one of the ways that are planted; `quoted` are the documents that many quote."""
    if kind == "paragraph":
        sentences = [s + "。" for paragraph in paragraphs if "。" in paragraph for s in paragraph.split("。") if s]
        pieces = re.split(r"\n", "".join("\n" if "“" in s or any(words in s for words in quoted) else s for s in sentences))  # no quoted document in the paragraph
        whole = max((*pieces, "".join(sentences) if max(map(len, pieces)) < 150 else ""), key=len)
        at = chance.randrange(max(1, len(whole) - 150))
        return [*own[:-1], own[-1] + whole[at : at + 150] + "。"]
    if kind == "swapped":
        return [paragraph.replace(place, other) for paragraph in paragraphs]
    found = []
    for paragraph in paragraphs:
        sentences = [s + "。" for s in paragraph.split("。") if s] if "。" in paragraph else [paragraph]
        if kind == "order":
            chance.shuffle(sentences)
        elif kind != "exact":
            sentences = [spare() if "。" in s and chance.random() < int(kind[:2]) / 100 else s for s in sentences]
        found.append("".join(sentences))
    if kind == "order":
        chance.shuffle(found)
    return found


def given(folder: Path) -> list[list[str]]:
    """The texts of a folder, in paragraphs."""
    texts = [path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*.txt"))]
    texts += [json.loads(line)["text"] for path in sorted(folder.rglob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [[line for line in text.split("\n") if line.strip()] for text in texts if len(text) >= 300]


def corpus(count: int, seed: int, folder: Path | None = None) -> tuple[list[str], dict[tuple[int, int], str]]:
    """Texts, and the planted pairs with their kinds: a hundredth of the texts (at most 100) are copied in each of the seven ways."""
    maker = Maker(seed)
    chance = Random(seed + 1)
    real = given(folder) if folder else []
    count = len(real) or count
    each = max(3, min(100, count // 100))
    places = [chance.choice(maker.places) for _ in range(count)]
    made = real or [maker.text(place) for place in places]
    numbers = chance.sample(range(count), 2 * each * len(KINDS)) if count >= 2 * each * len(KINDS) else []
    planted = {}
    for at, kind in enumerate(KINDS * each):
        first, second = sorted(numbers[2 * at : 2 * at + 2])
        spare = (lambda: chance.choice(chance.choice(real)).split("。")[0] + "。") if real else (lambda: maker.sentence(""))
        place = places[first]
        if real:  # the commonest two characters stand for a name
            whole = "".join(made[first])
            place = Counter(whole[i : i + 2] for i in range(len(whole) - 1) if all("\u4e00" <= c <= "\u9fff" for c in whole[i : i + 2])).most_common(1)[0][0]
        made[second] = copy(kind, made[first], made[second], place, chance.choice(maker.places), chance, spare, maker.documents)
        planted[first, second] = kind
    return ["\n".join(paragraphs) for paragraphs in made], planted


def ours(texts: list[str]) -> Iterable[tuple[int, int]]:
    """Pairs as `zhengping duplicates` finds them."""
    return [(found.first, found.second) for found in near(texts, len(texts))]


def checked(texts: list[str], pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The second check given to the peers: the same judge; what is boilerplate is told to them for nothing."""
    judge = Judge(lambda key: texts[key], BOILERPLATE[0], len(texts))
    return [pair for pair in sorted(pairs) if judge.judge(*pair)]


def shingles(text: str) -> set[str]:
    """Five characters each, white space left out."""
    text = "".join(text.split())
    return {text[at : at + 5] for at in range(len(text) - 4)}


def by_datasketch(texts: list[str]) -> Iterable[tuple[int, int]]:
    """MinHash with 128 permutations, LSH for a similarity of 0.3."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=0.3, num_perm=128)
    pairs = set()
    for place, made in enumerate(MinHash.generator([[s.encode() for s in shingles(text)] for text in texts], num_perm=128)):
        pairs.update((other, place) for other in lsh.query(made))
        lsh.insert(place, made)
    return checked(texts, pairs)


def by_rensa(texts: list[str]) -> Iterable[tuple[int, int]]:
    """MinHash with 126 permutations in 42 bands of three, which is a similarity of 0.29."""
    from rensa import RMinHash, RMinHashLSH

    lsh = RMinHashLSH(threshold=0.3, num_perm=126, num_bands=42)
    pairs = set()
    for place, text in enumerate(texts):
        made = RMinHash(num_perm=126, seed=1)
        made.update(list(shingles(text)))
        pairs.update((other, place) for other in lsh.query(made))
        lsh.insert(place, made)
    return checked(texts, pairs)


def told(name: str, found: set[tuple[int, int]], planted: dict[tuple[int, int], str], seconds: float) -> None:
    """One line: recall of each kind, precision, time."""
    recall = "  ".join(f"{kind} {np.mean([pair in found for pair, k in planted.items() if k == kind]):.2f}" for kind in KINDS)
    precision = len(found & planted.keys()) / max(1, len(found))
    print(f"{name:11} {recall}  precision {precision:.4f}  {seconds:6.1f} s", flush=True)


def growth(sizes: list[int]) -> None:
    """How the index grows: a line for each size."""
    maker, chance = Maker(7), Random(8)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = 0
        for size in sizes:
            most, seconds = 0, 0.0
            while made < size:
                count = min(5_000, size - made)
                path = folder / f"{made}.jsonl"
                with path.open("w", encoding="utf-8") as file:
                    for at in range(count):
                        whole = chr(10).join(maker.text(chance.choice(maker.places)))
                        file.write(json.dumps({"id": f"{made + at}", "text": whole}, ensure_ascii=False) + chr(10))
                made += count
                memory, took = _added(path, folder / "index")
                most, seconds = max(most, memory), took
            disk = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
            lines = path.read_text("utf-8").splitlines()
            (folder / "new.jsonl").write_text(json.dumps({"id": "new", "text": json.loads(lines[3])["text"][:1200] + json.loads(lines[7])["text"][1200:]}, ensure_ascii=False), "utf-8")
            warm, opened, cold = _asked(folder)
            print(f"{size:9,} texts  {disk / 2**20:8.1f} MiB on disk  {most:5} MiB at most to add 5,000, {seconds:5.1f} s  one new case {warm:6.1f} ms, with opening {opened:6.1f} ms, cold {cold:6.1f} ms", flush=True)


def _added(path: Path, index: Path) -> tuple[int, float]:
    """MiB at most and seconds of adding an edition, in a process of its own."""
    program = "import sys,time,resource;from pathlib import Path;from zhengping.engine.folder import duplicates as d;t=time.perf_counter();d.compare(d.Request(Path(sys.argv[1]),index=Path(sys.argv[2])));print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss>>10,time.perf_counter()-t)"
    memory, took = subprocess.run([sys.executable, "-c", program, str(path), str(index)], capture_output=True, text=True, check=True).stdout.split()
    return int(memory), float(took)


def _asked(folder: Path) -> tuple[float, float, float]:
    """Milliseconds of one new case: with an opened index, with opening it, and with its files out of the page cache; the median of nine."""
    request = duplicates.Request(folder / "new.jsonl", index=folder / "index", is_readonly=True)
    opened = Index(folder / "index")
    found: dict[str, list[float]] = {"warm": [], "opened": [], "cold": []}
    for _ in range(9):
        for kind, index in (("warm", opened), ("opened", None)):
            started = time.perf_counter()
            result = duplicates.compare(request, opened=index)
            found[kind].append((time.perf_counter() - started) * 1000)
        if len(result.pairs) < 2:
            raise SystemExit("The planted case was not found.")
        opened = index = None  # type: ignore[assignment]
        gc.collect()  # no file is mapped any more
        os.sync()
        for path in (folder / "index").rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        started = time.perf_counter()
        duplicates.compare(request)
        found["cold"].append((time.perf_counter() - started) * 1000)
        opened = Index(folder / "index")
    return tuple(float(np.median(times)) for times in found.values())  # type: ignore[return-value]


def main() -> int:
    """Measure all; -> 0."""
    if sys.argv[1:2] == ["--growth"]:
        growth([int(word) for word in sys.argv[2:]] or [1_000, 10_000, 100_000])
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    texts, planted = corpus(count, int(sys.argv[2]) if len(sys.argv) > 2 else 1, folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(texts):,} texts of {np.mean([len(text) for text in texts]):,.0f} characters, {len(planted)} planted pairs, {before >> 10} MiB with the texts")
    methods = [("zhengping", ours), ("rensa", by_rensa), ("datasketch", by_datasketch)]
    made = prints(texts)
    BOILERPLATE[0] = within(made.postings, made.sizes, 0).common
    del made
    for name, method in methods if len(texts) <= 20_000 else methods[:1]:
        started = time.perf_counter()
        found = set(method(texts))
        told(name, found, planted, time.perf_counter() - started)
        if name == "zhengping":
            print(f"            {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB at most")
            for first, second in sorted(found - planted.keys())[:10] if folder else ():
                print("            not planted:", first, second)
    return 0


if __name__ == "__main__":
    sys.exit(main())
