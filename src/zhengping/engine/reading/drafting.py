"""Documents -> cases: what belongs together is one case, a changed copy a new version, rows of lists joined to their files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from zhengping.engine import tables
from zhengping.engine.reading import lists
from zhengping.engine.reading.compilation import split
from zhengping.engine.reading.joining import Joined, alike, join, plain
from zhengping.engine.reading.sketch import Sketch, sketch
from zhengping.engine.record import Arrival, Case, Document, Fate, Finding, Hint, PersonalDatum

_TEXT = 260  # characters of running text that make a document a case's text
_PROOF = re.compile(r"证明|佐证|证书|附件材料|承诺书|公示|照片|图片|截图|奖状|批复|复印件|支撑材料|扫描件$|附图")
_LETTER = re.compile(r"报送函|推荐函|关于报送|工作情况|情况说明|转发|通知|征稿启事|正文\.(?:txt|html)$")
_FORM = re.compile(r"申报[书表]|推荐[表书]|登记表|信息表|申请表|报名表")
_VERSION = re.compile(r"[（(]?(?:最终版|终稿|最终稿|定稿|修改稿|修订稿|修改版|新版|修改|改)\d*[)）]?|[（(_-]?v\d+(?:\.\d+)?[)）]?|[（(_-]\d{1,2}[)）]?$|副本|[（(]\d{1,2}[)）]", re.I)
_RANK = (("终稿", 9), ("最终", 9), ("定稿", 8), ("修订", 6), ("修改", 6), ("新版", 6), ("改", 5), ("副本", -1))
_NOTES = ("tracked-changes", "wrong-ending", "scanned", "tables-lost", "damaged-page", "macro")


@dataclass(frozen=True, slots=True)
class Draft:
    """The cases of a folder without final numbers (1, 2 … in order of arrival), what was noticed, and what became of each document."""

    cases: tuple[Case, ...]
    findings: tuple[Finding, ...]
    fates: tuple[Fate, ...]


def draft(documents: Sequence[Document]) -> Draft:
    """Draft the cases that `documents` (each once, in order of arrival, with all its arrivals) make together.

    Form, text, proofs and pictures of one folder, mail, list row or title and unit are one case; a compilation gives several; of changed
    copies the latest counts. Every document has a fate.
    """
    lists_of = [d for d in documents if lists.is_list(d)]
    listed = {d.sha256 for d in lists_of}
    sketches = [made for d in documents if d.sha256 not in listed for made in (sketch(piece) for piece in split(d))]
    roles = [_role(made) for made in sketches]
    groups = _groups(sketches, roles)
    rows = [row for d in lists_of for row in lists.rows(d)]
    where = {d.sha256: d for d in documents}
    heads = [_head(sketches, roles, group) for group in groups]
    joined = join(rows, [sketches[h] for h in heads], where)
    return _drafted(sketches, roles, groups, heads, joined, where, [d.sha256 for d in lists_of])


# --- roles and groups ------------------------------------------------------------------------------------------------


def _first(made: Sketch) -> Arrival:
    return made.document.arrivals[0] if made.document.arrivals else Arrival("", made.document.sha256, 0)


def _role(made: Sketch) -> str:
    """What a document is for a case: "text", "form", "proof", "picture" or "letter"."""
    name = _first(made).name
    if made.document.kind in ("jpg", "png", "tif", "bmp", "gif") and made.size < 600:
        return "picture"
    if _PROOF.search(name) and (made.size < 1200 or not made.parts):
        return "proof"
    if _LETTER.search(name) and made.size < 900 and not made.parts:
        return "letter"
    if made.size >= _TEXT:
        return "text"
    if made.fields >= 2 or _FORM.search(name):
        return "form"
    return "text" if made.title and made.size >= 60 else "proof" if made.size < 60 else "letter"


def _core(name: str) -> str:
    """A file name without ending, version words and what it is, so that form, text and proofs of one case agree."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    stem = _VERSION.sub("", _VERSION.sub("", stem))
    stem = re.sub(r"(?:申报[书表]|推荐表|登记表|信息表|案例正文|正文|案例材料|案例文本|佐证材料|证明材料|支撑材料|证明|佐证|盖章版|扫描件|盖章|电子版|附件\d*|图片\d*|照片\d*)", "", stem)
    return plain(stem)


def _groups(sketches: Sequence[Sketch], roles: Sequence[str]) -> list[list[int]]:
    """Indices of sketches that make one case, in order of arrival."""
    parent = list(range(len(sketches)))

    def find(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def unite(first: int, second: int) -> None:
        a, b = find(first), find(second)
        parent[max(a, b)] = min(a, b)

    by_folder: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, made in enumerate(sketches):
        by_folder[_first(made).within].append(at)
    for places in by_folder.values():
        _unite_folder(sketches, roles, places, unite)
    _unite_same(sketches, roles, unite, find)
    _unite_below(sketches, roles, by_folder, unite)
    found: dict[int, list[int]] = defaultdict(list)
    for at in range(len(sketches)):
        found[find(at)].append(at)
    return [found[root] for root in sorted(found)]


def _unite_folder(sketches: Sequence[Sketch], roles: Sequence[str], places: Sequence[int], unite: object) -> None:
    """Within one folder or mail: names with one core, then everything around a single text."""
    assert callable(unite)
    cores: dict[str, int] = {}
    for at in places:
        core = _core(_first(sketches[at]).name)
        if len(core) < 4:
            continue
        if core in cores and _may_join(sketches, roles, cores[core], at):
            unite(cores[core], at)
        cores.setdefault(core, at)
    texts = [at for at in places if roles[at] == "text"]
    others = [at for at in places if roles[at] != "text"]
    if len(texts) == 1 and 0 < len(others) <= 12:
        for at in others:
            if roles[at] != "form" or _agree(sketches[texts[0]], sketches[at]):
                unite(texts[0], at)
        return
    for at in others:
        best = max(texts, key=lambda t: _nearness(sketches[at], sketches[t]), default=None)
        if best is not None and _nearness(sketches[at], sketches[best]) >= 0.6:
            unite(best, at)
    forms = [at for at in others if roles[at] == "form"]
    if not texts and len(forms) == 1:
        for at in others:
            unite(forms[0], at)


def _agree(first: Sketch, second: Sketch) -> bool:
    """Whether form and text do not contradict each other in both title and unit."""
    titles = not first.title or not second.title or alike(first.title, second.title) > 0.5
    units = not first.unit or not second.unit or alike(first.unit, second.unit) > 0.5
    return titles or units


def _may_join(sketches: Sequence[Sketch], roles: Sequence[str], first: int, second: int) -> bool:
    """Two texts of one core name are one case only where title or unit or the text agree."""
    if sketches[first].document.sha256 == sketches[second].document.sha256:
        return False
    if roles[first] != "text" or roles[second] != "text":
        return True
    return _is_version(sketches[first], sketches[second])


def _nearness(other: Sketch, text: Sketch) -> float:
    """How surely a form, proof or picture belongs to a text: by title, unit, file name (0 to 1)."""
    names = plain(_first(other).name), plain(_first(text).name)
    score = alike(_core(_first(other).name), _core(_first(text).name)) * 0.9
    if other.title and text.title:
        score = max(score, alike(other.title, text.title))
    for word in (text.title, text.unit):
        bare = plain(word)
        if len(bare) >= 4 and (bare in names[0] or names[0][:-4] in bare):
            score = max(score, 0.8)
    if other.unit and plain(other.unit) == plain(text.unit):
        score = max(score, 0.65)
    return score


def _is_version(first: Sketch, second: Sketch) -> bool:
    """Whether two texts are versions of one case: unit not in contradiction, title alike, most of the text the same."""
    if first.unit and second.unit and alike(first.unit, second.unit) < 0.75:
        return False
    shared = _shared(first, second)
    return shared > 0.8 or (shared > 0.45 and alike(first.title, second.title) > 0.7)


def _shared(first: Sketch, second: Sketch) -> float:
    """Share of 8-character grams of the shorter text that stand in the other."""
    grams = [{t[i : i + 8] for i in range(0, len(t) - 7)} for t in (plain("".join(s.paragraphs)) for s in (first, second))]
    return len(grams[0] & grams[1]) / max(1, min(map(len, grams)))


def _unite_same(sketches: Sequence[Sketch], roles: Sequence[str], unite: object, find: object) -> None:
    """Across folders of one sender: same title and unit are one case (versions, or form and text sent apart)."""
    assert callable(unite) and callable(find)
    keys: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, made in enumerate(sketches):
        if made.title and made.unit and roles[at] in ("text", "form"):
            keys[plain(made.title), plain(made.unit)].append(at)
    for places in keys.values():
        for at in places[1:]:
            first = places[0]
            if find(first) != find(at) and sketches[first].document.sha256 != sketches[at].document.sha256:
                if roles[first] != roles[at] or "form" in (roles[first], roles[at]) or _is_version(sketches[first], sketches[at]):
                    unite(first, at)


def _unite_below(sketches: Sequence[Sketch], roles: Sequence[str], by_folder: dict[tuple[str, ...], list[int]], unite: object) -> None:
    """Proofs and pictures in a subfolder belong to the single text of the folder above it."""
    assert callable(unite)
    for folder, places in by_folder.items():
        if not folder or any(roles[at] in ("text", "form") for at in places):
            continue
        above = [at for at in by_folder.get(folder[:-1], ()) if roles[at] in ("text", "form")]
        for at in places:
            if len(above) == 1:
                unite(above[0], at)
            else:
                name = plain(folder[-1])
                best = max(above, key=lambda t: alike(name, _core(_first(sketches[t]).name)), default=None)
                if best is not None and alike(name, _core(_first(sketches[best]).name)) > 0.6:
                    unite(best, at)


def _head(sketches: Sequence[Sketch], roles: Sequence[str], group: Sequence[int]) -> int:
    """The sketch that holds the case's text: the latest version of the longest kind."""
    texts = [at for at in group if roles[at] == "text"] or [at for at in group if roles[at] == "form"] or list(group)

    def rank(at: int) -> tuple[int, str, int, int]:
        arrival = _first(sketches[at])
        flag = max((value for word, value in _RANK if word in arrival.name), default=0)
        number = re.search(r"v(\d+)", arrival.name, re.I)
        kind = sketches[at].document.kind
        return (flag + (int(number[1]) if number else 0), arrival.sent, 1 if kind in ("docx", "doc", "wps") else 0, sketches[at].size)

    return max(texts, key=lambda at: (rank(at), -at))


# --- cases -----------------------------------------------------------------------------------------------------------


def _drafted(
    sketches: Sequence[Sketch],
    roles: Sequence[str],
    groups: Sequence[Sequence[int]],
    heads: Sequence[int],
    joined: Joined,
    where: dict[str, Document],
    list_sums: Sequence[str],
) -> Draft:
    cases: list[Case] = []
    findings: list[Finding] = []
    fates = {sha256: Fate(sha256, "list") for sha256 in list_sums}
    for at, (group, head) in enumerate(zip(groups, heads, strict=True)):
        if not _is_case(sketches[head], roles[head], joined.row_of.get(at)):
            for one in group:
                made = sketches[one]
                fates.setdefault(made.document.sha256, Fate(made.document.sha256, roles[one] if roles[one] != "text" else "letter"))
            continue
        number = len(cases) + 1
        case, found = _case(number, sketches, roles, group, head, joined.row_of.get(at), where)
        cases.append(case)
        findings += found
        for one in group:
            sha256 = sketches[one].document.sha256
            role = "earlier-version" if sha256 in case.earlier else roles[one]
            fates.setdefault(sha256, Fate(sha256, role, number))
        if joined.lists_near.get(at) and at not in joined.row_of:
            findings.append(Finding(number, "file-without-row", "warning", values=(("file", case.source),)))
    findings += [_without_file(row, where) for row in joined.without_file]
    return Draft(tuple(cases), tuple(findings), tuple(fates.values()))


def _is_case(head: Sketch, role: str, row: lists.Row | None) -> bool:
    return role in ("text", "form") or row is not None


def _without_file(row: lists.Row, where: dict[str, Document]) -> Finding:
    values = {"list": row.list_name, "row": str(row.at), "title": row.get("title"), "unit": row.get("unit")}
    province = sent_through(where[row.document])
    return Finding(0, "row-without-file", "warning", row.get("title"), values=tuple(sorted({**values, "province": province}.items())))


def _case(
    number: int,
    sketches: Sequence[Sketch],
    roles: Sequence[str],
    group: Sequence[int],
    head: int,
    row: lists.Row | None,
    where: dict[str, Document],
) -> tuple[Case, list[Finding]]:
    made = sketches[head]
    others = [sketches[at] for at in group if at != head]
    forms = [sketches[at] for at in group if at != head and roles[at] in ("form", "text")]
    titles = [("正文" if not made.fields else "申报表", made.title), *(("申报表", other.title) for other in forms)]
    units = [("正文" if not made.fields else "申报表", made.unit), *(("申报表", other.unit) for other in forms)]
    if row:
        titles.append(("汇总表", row.get("title")))
        units.append(("汇总表", row.get("unit")))
    hints = [Hint("list", row.get(name)) for name in ("unit", "place") if row and row.get(name)]
    hints += [*made.hints, *(hint for other in others for hint in other.hints)]
    hints += _path_hints(where[made.document.sha256])
    title = next((title for _, title in titles if title), "") or _title_from_name(_first(made).name)
    unit = _fullest([unit for _, unit in units if unit]) or _unit_from_name(_first(made).name, title)
    older = tuple(sketches[at].document.sha256 for at in group if at != head and roles[at] == roles[head] == "text")
    sums = dict.fromkeys([made.document.sha256, *(o.document.sha256 for o in others if o.document.sha256 not in older)])
    arrival = _first(made)
    case = Case(
        number,
        title,
        unit,
        tuple(made.paragraphs) or next((tuple(o.paragraphs) for o in others if o.paragraphs), ()),
        tuple(made.parts),
        next((s.place for s in (made, *others) if s.place), ""),
        sent_through(where[made.document.sha256]) or (sent_through(where[row.document]) if row else ""),
        (row.get("mark") if row else "") or next((s.mark for s in (made, *others) if s.mark), ""),
        arrival.sent[:10],
        tuple(dict.fromkeys(hints)),
        _unique([d for s in (made, *others) for d in (s.personal if s is made else [_outside(d) for d in s.personal])]),
        tuple(sums),
        older,
        arrival.path,
    )
    return case, _noticed(case, made, titles, units, where)


def _outside(datum: PersonalDatum) -> PersonalDatum:
    return replace(datum, paragraph=-1, start=0, end=0)


def _unique(data: Iterable[PersonalDatum]) -> tuple[PersonalDatum, ...]:
    return tuple(dict.fromkeys(data))


def _fullest(units: Sequence[str]) -> str:
    """The first name, or a later one that holds it whole and says more (南京市委组织部 → 江苏省南京市委组织部)."""
    if not units:
        return ""
    first = units[0]
    return next((unit for unit in units[1:] if plain(first) in plain(unit) and len(unit) > len(first)), first)


def _noticed(
    case: Case, made: Sketch, titles: list[tuple[str, str]], units: list[tuple[str, str]], where: dict[str, Document]
) -> list[Finding]:
    """Conflicts between sources, several arrivals of one file, changed copies, and what reading noted."""
    titles = [*titles, *(("封面", made.titles["cover"]) for _ in [0] if "cover" in made.titles)]
    units = [*units, *(("封面", made.units["cover"]) for _ in [0] if "cover" in made.units)]
    found = [*_conflict(case, "title-conflict", titles), *_conflict(case, "unit-conflict", units)]
    document = where[made.document.sha256]
    if len(document.arrivals) > 1:
        paths = "；".join(arrival.path for arrival in document.arrivals)
        found.append(Finding(case.number, "same-file", "notice", values=(("files", paths),)))
    if case.earlier:
        found.append(Finding(case.number, "changed-copy", "notice", values=(("file", case.source),)))
    found += [Finding(case.number, note, "notice", values=(("kind", document.kind),)) for note in document.notes if note in _NOTES]
    return found


def _conflict(case: Case, kind: str, said: list[tuple[str, str]]) -> list[Finding]:
    """A finding for the first two sources that name different things; a shorter form of the same name is none."""
    having = [(source, value) for source, value in said if value]
    for source, value in having[1:]:
        first_source, first = having[0]
        a, b = plain(first), plain(value)
        if a != b and a not in b and b not in a and source != first_source:
            values = {"first": first, "first_source": first_source, "second": value, "second_source": source}
            return [Finding(case.number, kind, "warning", value, values=tuple(sorted(values.items())))]
    return []


def _title_from_name(name: str) -> str:
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    quoted = re.search(r"《(.+?)》", stem)
    stem = quoted[1] if quoted else re.split(r"[:：]|——", re.sub(r"^[\d\s.、_-]+", "", stem))[-1]
    return stem.strip() if len(stem.strip()) >= 5 else ""


def _unit_from_name(name: str, title: str) -> str:
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", re.sub(r"^[\d\s.、_-]+", "", name))
    for piece in re.split(r"[:：《》（）()_\-—\s]+", stem.replace(title, " ")):
        if len(piece) >= 4 and re.search(r"(?:委|局|厅|部|办|院|所|校|中心|公司|集团|大学|街道|镇|乡|村|社区|政府|会|市|县|区|州)$", piece):
            return piece
    return ""


# --- where a file came through ---------------------------------------------------------------------------------------


def _path_hints(document: Document) -> list[Hint]:
    hints = []
    for arrival in document.arrivals[:1]:
        hints += [Hint("folder", re.sub(r"\.(?:zip|7z|rar|eml|msg)$", "", part, flags=re.I)) for part in arrival.within[-3:]]
        hints += [Hint("mail", word) for word in (arrival.sender, arrival.subject) if word]
        hints.append(Hint("file-name", arrival.name))
    return hints


def sent_through(document: Document) -> str:
    """The province (six digits) that a document's containers, mail or list heading name; "" where they name none or several."""
    for arrival in document.arrivals:
        for word in (*arrival.within, arrival.subject, arrival.sender):
            found = _province_in(word)
            if found:
                return found
    for table in document.tables[:1]:
        for row in table.rows[:2]:
            found = _province_in("".join(row)) if sum(map(bool, row)) == 1 else ""
            if found:
                return found
    return ""


def _province_in(text: str) -> str:
    names = [b for b in tables.bodies() if b.name in text] or [b for b in tables.bodies() if b.short in text and not _is_elsewhere(b.short, text)]
    numbers = {"650000" if b.number == "660000" else b.number for b in names}
    return numbers.pop() if len(numbers) == 1 else ""


def _is_elsewhere(short: str, text: str) -> bool:
    """河北区 is no 河北, 吉林市 no proof of 吉林 but harmless, 海南州 no 海南."""
    return bool(re.search(short + r"(?:区|州|路|街)", text)) or (short == "海南" and "海南藏族" in text)
