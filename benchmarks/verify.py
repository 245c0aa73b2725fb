"""What `verify` finds in round-ups that somebody falsified, and what it marks wrongly after an honest edit: `verify.py [EDITIONS [CASES]]`.

For each of EDITIONS (default 5) sample editions of CASES (default 150) cases a round-up is written and falsified, one change at a time:
a number of another case, places exchanged, a measure moved, a count off by one or a rise told as a fall, a quotation changed. Then
the wording is edited honestly. A planted change is found if a claim of the changed sentence is not borne out.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from zhengping import samples
from zhengping.engine import chains, roundup
from zhengping.engine.folder import edition, register
from zhengping.engine.folder.process import Request, process
from zhengping.engine.record import Claim, Edition, Entry, Figure, Sentence

KINDS = ("number of another case", "places exchanged", "measure moved", "count or trend", "quotation changed")
TURNED = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长"}
HONEST = (
    (re.compile("建立(?!了|健全)"), "建立了"),
    (re.compile("如(?=在?[\u4e00-\u9fff]{2,3}[省市])"), "例如"),
    (re.compile("开展(?!了)"), "开展了"),
    (re.compile("培训"), "轮训"),
    (re.compile("制定"), "出台"),
    (re.compile("共收到"), "收到"),
    (re.compile("推行"), "实行"),
    (re.compile("组织(?!部)"), "安排"),
    (re.compile("(?<=，)(?=[^，。]{4,}。)"), "并"),
    (re.compile("^例如"), "如"),
    (re.compile("设立"), "设了"),
    (re.compile("(?:河南|河北|山东|山西|江苏|浙江|安徽|福建|江西|湖北|湖南|广东|四川|贵州|云南)省(?=[\u4e00-\u9fff]+[市州])"), ""),
)


def wrong(text: str, entries: tuple[Entry, ...], counted: tuple[Figure, ...], call: Edition) -> list[Claim]:
    """The claims that are not borne out."""
    return [claim for claim in roundup.verify(text, entries, counted, call) if not claim.is_borne_out]


def told(sentence: Sentence) -> bool:
    """Whether a sentence tells of one case."""
    return len({source.case for source in sentence.sources}) == 1 and bool(sentence.sources[0].case) and not re.match("[一二三四五六七八九十]+是", sentence.text)


def parted(text: str) -> tuple[str, str]:
    """A sentence of a case as its name and what follows, cut behind the unit or place."""
    found = re.match(r"(?:如|例如|还有)?(在[^，]+，|.{4,40}?(?:组织部|[局部厅办委院校会所站处馆社]|政府|大学|公司|中心|学院|医院)(?=[\u4e00-\u9fff]{2}))", text)
    return (text[: found.end()], text[found.end() :]) if found else ("", text)


def planted(sentences: list[Sentence], chance: Random) -> list[tuple[str, str, str]]:
    """(kind, sentence, changed sentence) for each change, two of a kind where the article gives them."""
    cases = [s.text for s in sentences if told(s)]
    split = [(text, *parted(text)) for text in cases if parted(text)[0]]
    found: list[tuple[str, str, str]] = []
    numbers = [n for text in cases for n in re.findall(r"\d+", text)]
    having = [text for text in cases if re.search(r"\d", text)]
    for text in chance.sample(having, min(2, len(having))):
        match = chance.choice(list(re.finditer(r"\d+", text)))
        other = chance.choice([n for n in numbers if n != match[0] and n not in re.findall(r"\d+", text)] or ["97531"])
        found.append((KINDS[0], text, text[: match.start()] + other + text[match.end() :]))
    for _ in range(2):
        first, second = chance.sample(split, 2)
        found.append((KINDS[1], first[0], second[1] + first[2]))
        first, second = chance.sample(split, 2)
        found.append((KINDS[2], first[0], first[1] + second[2]))
    counts = [s.text for s in sentences if s.sources and not s.sources[0].case and re.search(r"\d+篇", s.text)]
    for text in chance.sample(counts, 1):
        match = chance.choice(list(re.finditer(r"(?<!\d)\d+(?=篇|个省级)", text)))
        found.append((KINDS[3], text, f"{text[: match.start()]}{int(match[0]) + chance.choice((-1, 1))}{text[match.end() :]}"))
    for text in [t for t in counts if "增加" in t or "减少" in t][:1]:
        found.append((KINDS[3], text, re.sub("|".join(TURNED), lambda m: TURNED[m[0]], text)))
    quotes = [(s.text, m) for s in sentences for m in re.finditer(r"“([^“”]{3,})”", s.text)]
    for text, match in chance.sample(quotes, min(2, len(quotes))):
        at = chance.randrange(match.start() + 1, match.end() - 2)
        found.append((KINDS[4], text, text[:at] + chance.choice("新高大红") + text[at + 1 :]))
    return [row for row in found if row[1] != row[2]]


def edited(text: str, chance: Random) -> str:
    """The article with about every third sentence reworded."""
    lines = []
    for line in text.split("\n"):
        pieces = re.findall(r"[^。]+。?", line) or [line]
        for at, piece in enumerate(pieces):
            if chance.random() < 0.35 and "。" in piece:
                for pattern, word in chance.sample(HONEST, 4):
                    piece = pattern.sub(word, piece, count=1)
                pieces[at] = piece
        lines.append("".join(pieces))
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """Measure and print."""
    editions, size = int(words[0]) if words else 5, int(words[1]) if len(words) > 1 else 150
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for seed in range(101, 101 + editions):
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            samples.make(base / "in", size, seed)
            process(Request(base / "in/incoming", base / "out", base / "in/edition.toml", (base / "in/earlier/register.jsonl",)))
            entries, call = register.read(base / "out/register.jsonl"), edition.load(base / "in/edition.toml")
            found = chains.overview(entries, call, register.read(base / "in/earlier/register.jsonl"))
        article, chance = found.round_up, Random(seed)
        claims = roundup.verify(article.text, entries, found.figures, call)
        total["unchanged"] += len(claims)
        right["unchanged"] += sum(claim.is_borne_out for claim in claims)
        for claim in claims:
            if not claim.is_borne_out:
                print("not borne out:", claim)
        for kind, sentence, changed in planted([s for section in article.sections for p in section.paragraphs for s in p], chance):
            total[kind] += 1
            marked = wrong(article.text.replace(sentence, changed), entries, found.figures, call)
            is_found = any(claim.sentence.strip() in changed or changed in claim.sentence for claim in marked)
            right[kind] += is_found
            if not is_found:
                print("missed:", kind, "|", sentence, "|", changed)
        reworded = edited(article.text, chance)
        claims = roundup.verify(reworded, entries, found.figures, call)
        total["honest edit, not marked"] += len(claims)
        right["honest edit, not marked"] += sum(claim.is_borne_out for claim in claims)
        for claim in claims:
            if not claim.is_borne_out:
                print("marked wrongly:", claim.kind, claim.quote, claim.nearest, "|", claim.sentence)
    for kind in total:
        print(f"{kind:26} {right[kind]} of {total[kind]}  {right[kind] / total[kind]:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
