"""What a blind text still tells of unit, place and persons, and what it changes beside: `blinding.py [CASES [SEED]]`.

The samples' truth says each case's unit, division and personal data (default 1,000 cases, seed 20); title and paragraphs of the truth are blinded with the coding
that the machine gave, as a site does. Into each text sentences are planted that name the unit without its place, the place in short, a person beside a title, an
address of mail and a telephone. Counted: words of the truth left in title and text by kind, and the share of all other characters that are unchanged
(the text between masks, in order). No package does this, so there is no peer.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from zhengping import samples
from zhengping.engine import blinding, chains, tables
from zhengping.engine.record import Case, Edition, Part

MASK = re.compile("|".join(map(re.escape, blinding.MASKS.values())))
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜", ("建国", "晓燕", "志强", "婷", "浩然", "丽华", "文博", "思远", "桂芳", "子轩")
TITLES = ("书记", "局长", "主任", "教授", "院长", "董事长", "校长")


def secrets(row: dict) -> dict[str, set[str]]:
    """What must not be read, by kind."""
    number = row["division"]
    places = set()
    names = {division.number: division.name for division in tables.divisions()}
    for above in {number[:2] + "0000", number[:4] + "00", number} - {""}:
        name = names.get(above, "")
        if len(name) > 2 and name not in ("市辖区", "省直辖县级行政区划"):
            places.add(name)
    places |= {body.short for body in tables.bodies() if body.number[:2] == number[:2] and number}
    if number and not number.endswith("0000") and (name := names.get(number[:4] + "00", "")).endswith("市"):
        places.add(name[:-1])
    return {"unit": {row["unit"]}, "place": places, "telephone": {one["value"] for one in row["planted"] if one["kind"] == "personal"}}


def planted(chance: Random, row: dict, hidden: dict[str, set[str]]) -> list[str]:
    """Sentences that tell what a judge must not know."""
    name, other = (chance.choice(SURNAMES) + chance.choice(GIVEN) for _ in range(2))
    mail, telephone = f"u{chance.randrange(10**6)}@example.org", f"138{chance.randrange(10**8):08d}"
    hidden["person"], hidden["e-mail"], hidden["telephone"] = {name, other}, {mail}, hidden["telephone"] | {telephone}
    place = sorted(hidden["place"])[0] if hidden["place"] else ""
    title = chance.choice(TITLES)
    return [f"{title}{name}带领团队赴{place}调研，{other}{chance.choice(TITLES)}介绍了经验。联系电话：{telephone}，邮箱{mail}。", f"{row['unit']}在{place}率先试点。"]


def unchanged(text: str, blind: str, hidden: set[str]) -> tuple[int, int]:
    """Characters of a text outside of what must be hidden, and how many of them the blind text keeps in order."""
    taken = [False] * len(text)
    for word in hidden:
        for match in re.finditer(re.escape(word), text):
            taken[match.start() : match.end()] = [True] * len(word)
    kept, at = [False] * len(text), 0
    for piece in MASK.split(blind):
        found = text.find(piece, at)
        if found >= 0:
            kept[found : found + len(piece)] = [True] * len(piece)
            at = found + len(piece)
    other = [place for place, is_taken in enumerate(taken) if not is_taken]
    return len(other), sum(kept[place] for place in other)


def main(cases: int = 1000, seed: int = 20) -> None:
    """Count leaks on samples."""
    coder = chains.coder(Edition(year=2026))
    with tempfile.TemporaryDirectory() as folder:
        samples.make(Path(folder), cases, seed)
        rows = [json.loads(line) for line in (Path(folder) / "truth.jsonl").read_text("utf-8").splitlines()]
    leaks: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    others = keeps = 0
    seconds = 0.0
    for row in rows:
        chance = Random(f"{seed} {row['case']}")
        hidden = secrets(row)
        texts = [*row["paragraphs"], *planted(chance, row, hidden)]
        case = Case(row["case"], row["title"], row["unit"], tuple(texts), (Part("other", "正文", 0, len(texts)),), province=row["province"])
        coded = coder.code(case)
        begun = time.perf_counter()
        found = blinding.blind(case, coded)
        seconds += time.perf_counter() - begun
        told = f"{found.title}\n{found.text}"
        for kind, words in hidden.items():
            for word in words:
                looked[kind] += f"{case.title}\n{case.text}".count(word)
                if word in told:
                    leaks[kind] += told.count(word)
                    if sum(leaks.values()) <= 12:
                        print("leak", row["case"], kind, word, told[max(0, told.index(word) - 12) : told.index(word) + 16].replace("\n", "/"))
        every = set().union(*hidden.values())
        for before, after in zip((case.title, *case.paragraphs), (found.title, *found.paragraphs), strict=True):
            count, kept = unchanged(before, after, every)
            others, keeps = others + count, keeps + kept
    print(f"{len(rows)} cases; " + ", ".join(f"{kind} {leaks[kind]} of {looked[kind]}" for kind in looked))
    print(f"other characters unchanged {keeps / others:.4%} of {others}; {1000 * seconds / len(rows):.1f} ms a case")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
