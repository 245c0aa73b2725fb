"""Document -> sketch of a case: title, unit, fields of the form, parts, running text, personal data kept apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as default

from zhengping.engine.reading import labels
from zhengping.engine.record import Document, Hint, Paragraph, Part, PersonalDatum
from zhengping.engine.text import personal

_UNIT_END = re.compile(
    r"(?:委|局|厅|部|办|处|院|所|校|中心|公司|集团|医院|大学|学院|中学|小学|学校|街道|镇|乡|村|社区|政府|会|省|市|县|区|州|盟|旗|社|站|馆|厂|队|室|署|联盟|委员会|管委会|银行|实验室|党委|支部|工委|基地|园)(?:[（(][^（）()]{1,12}[)）])?$"
)
_NOT_TITLE = re.compile(
    r"^(?:附件|附表|附[:：]|样例|样本|编号|序号|密级|日期|填报|申报|报送|单位|联系|作者|目录|摘要|关键词|第[一二三四五六七八九十\d]+[届章节页]?|\d{4}年|[（(]?内容系|声明|说明|承诺|盖章|年月日|封面|一、|1[、.])|"
    r"(?:申报书|申报表|推荐表|登记表|汇总表|报送表|征集表|征集评选(?:活动)?|申请表|信息表|案例征集|基本信息)$|征集评选.{0,12}(?:书|表)$|^(?:全国|第).{4,40}(?:征集|评选).{0,14}$"
)
_CHAPTER = re.compile(r"^(?:第?[一二三四五六七八九十]{1,2}(?:[、.．]|部分[:：、\s])|[【\[]).{1,44}$")
_LOOSE = re.compile(r"^(?:(?:案例|工作|主要|项目|改革|经验|取得|主要的?)?(?:背景|起因|动因|做法|举措|措施|成效|效果|启示|经验|创新点|亮点|特色)(?:介绍|情况|之处|与.{2,6}|和.{2,6}|及.{2,6})?|实施(?:过程|路径|步骤|效果|成效|情况)|推广(?:价值|应用|意义|情况)|工作思路|主要内容)[:：]?$")
_DATE_LINE = re.compile(r"^[（(]?(?:\d{4}|[二〇○零一二三四五六七八九]{4})[年./-].{1,8}[)）]?$")
_CONTACT = re.compile(
    r"^[（(【]?(?:联系人|联系电话|联系方式|电话|手机|邮箱|电子邮箱|e-?mail|通讯地址|地址|邮编|作者|执笔|撰稿|供稿人?|通讯员|填表人|经办人|负责人|开户行|开户银行|账号|身份证号?码?|户名|收款人|责任编辑)[^:：]{0,6}[:：]", re.I
)
_LINE_FIELD = re.compile(r"^[（(【]?([^:：]{2,18}?)[】]?\s*[:：]\s*(.*)$")
_PLACEHOLDER = re.compile(r"^[_＿\s　/／\-—无]*$|^[（(]?(?:盖章|公章|签字|签章|加盖公章)[)）]?$")


@dataclass(slots=True)
class Sketch:
    """What one document (or one part of a compilation) says of its case."""

    document: Document
    title: str = ""
    unit: str = ""
    place: str = ""
    mark: str = ""
    titles: dict[str, str] = default(default_factory=dict)
    units: dict[str, str] = default(default_factory=dict)
    fields: int = 0
    paragraphs: list[str] = default(default_factory=list)
    parts: list[Part] = default(default_factory=list)
    personal: list[PersonalDatum] = default(default_factory=list)
    hints: list[Hint] = default(default_factory=list)

    @property
    def size(self) -> int:
        """Characters of running text."""
        return sum(map(len, self.paragraphs))


def sketch(document: Document) -> Sketch:
    """Sketch the case that a document tells of; empty fields where it does not say."""
    made = Sketch(document)
    _table_fields(made)
    body = [p for p in document.paragraphs if p.kind not in ("header", "footer", "note")]
    rest = _cover(made, body)
    _running(made, rest)
    if not made.title or not made.unit:
        _free_head(made)
    _choose(made)
    return made


def _keep(made: Sketch, name: str, value: str, source: str) -> None:
    """Keep one field's value; personal ones go apart."""
    value = value.strip(" 　:：_＿\t")
    if not value or _PLACEHOLDER.match(value):
        return
    made.fields += 1
    if name in labels.PERSONAL:
        found = personal.find(value)
        made.personal += found
        if not found and name == "person":
            for one in re.split(r"[、,，;；\s]+", value)[:8]:
                if 1 < len(one) <= 12:
                    made.personal.append(PersonalDatum("person", one))
    elif name == "title" and len(value) <= 120:
        made.titles.setdefault(source, _flat(value).strip("《》"))
    elif name == "unit" and len(value) <= 80:
        made.units.setdefault(source, re.sub(r"[（(](?:盖章|公章|加盖公章|章)[)）]", "", _flat(value)))
    elif name == "place" and len(value) <= 40:
        made.place = made.place or value
        made.hints.append(Hint("form", value))
    elif name == "recommender" and len(value) <= 60:
        made.hints.append(Hint("form", value))
    elif name == "mark":
        from zhengping.engine.reading.lists import mark

        made.mark = made.mark or mark(value)


def _flat(text: str) -> str:
    """A value without line breaks and without white space between Chinese characters."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", text)).strip()


def _table_fields(made: Sketch) -> None:
    for table in made.document.tables:
        for row in table.rows:
            cells = list(row)
            for at, cell in enumerate(cells[:-1]):
                name = labels.field(cell)
                value = next((c for c in cells[at + 1 :] if c.strip()), "") if name else ""
                if name and value and not labels.field(value):
                    _keep(made, name, value, "table")


def _cover(made: Sketch, body: Sequence[Paragraph]) -> list[Paragraph]:
    """Take the fields of lines such as 报送单位：… out of the running text."""
    rest: list[Paragraph] = []
    waiting = ""
    for paragraph in body:
        text = paragraph.text
        found = _LINE_FIELD.match(text) if paragraph.kind != "cell" and len(text) < 120 else None
        name = labels.field(found[1]) if found else ""
        if found and name and not (name == "title" and len(found[2]) > 100):
            if found[2].strip():
                _keep(made, name, found[2], "cover")
            waiting = name if not found[2].strip() else ""
            continue
        if waiting and paragraph.kind != "cell" and len(text) < 60:
            _keep(made, waiting, text, "cover")
            waiting = ""
            continue
        waiting = ""
        rest.append(paragraph)
    return rest


def _running(made: Sketch, body: Sequence[Paragraph]) -> None:
    """The running text in parts. Cells count where they hold prose; labels, short fields and contact lines do not."""
    chapters = sum(p.kind != "cell" and bool(_CHAPTER.match(p.text)) for p in body)
    row_part: dict[tuple[int | None, int], tuple[str, str]] = {}
    open_part: tuple[str, str, int] | None = None
    skipping = False
    for paragraph in body:
        text = paragraph.text
        key = (paragraph.table, paragraph.row)
        heading = _heading(paragraph, chapters, bool(made.document.tables))
        if heading:
            kind = labels.part(heading)
            skipping = kind in ("commitment", "basic", "opinion")
            _close(made, open_part)
            open_part = None if skipping else (kind, heading, len(made.paragraphs))
            if paragraph.kind == "cell":
                row_part[key] = (kind, heading)
            continue
        if _CONTACT.match(text) and len(text) < 100:
            made.personal += personal.find(text)
            names = re.match(r"^[（(【]?(?:联系人|作者|执笔人?|撰稿人?|负责人|填表人|经办人|户名|收款人)[^:：]{0,4}[:：]\s*([^\s,，;；(（)）]{2,12})", text)
            if names:
                made.personal.append(PersonalDatum("person", names[1]))
            continue
        if not made.paragraphs and len(text) <= 24 and re.search(r"(?:申报|推荐|登记|申请|信息|报名)[表书]$", text):
            continue  # the form's own name
        if re.search(r"承诺(?:书|函)$", text) and len(text) < 30:
            skipping = True
            continue
        if skipping and not (paragraph.kind != "cell" and paragraph.level):
            if paragraph.kind == "cell" and len(text) > 60 and "承诺" not in text:
                skipping = False
            else:
                continue
        if paragraph.kind == "cell" and (labels.field(text) or (len(text) < 25 and not re.search(r"，|[。；]$", text))):
            continue
        masked, data = personal.mask(text, len(made.paragraphs))
        made.paragraphs.append(masked)
        made.personal += data
    _close(made, open_part)


def _close(made: Sketch, opened: tuple[str, str, int] | None) -> None:
    if opened and len(made.paragraphs) > opened[2]:
        made.parts.append(Part(opened[0], opened[1], opened[2], len(made.paragraphs)))


def _heading(paragraph: Paragraph, chapters: int, form: bool) -> str:
    """The heading of a part that a paragraph is, "" for running text."""
    text = paragraph.text.strip()
    if len(text) > 60 or re.search(r"[。；;]$", text):
        return ""
    bare = re.sub(r"[（(][^（）()]{2,60}[)）]$", "", text)
    if paragraph.kind == "cell":
        if labels.field(text) or len(bare) > 24:
            return ""
        known = labels.part(bare) != "other" and (_CHAPTER.match(bare) or re.search(r"以内|左右|不超过|字", text) or len(bare) <= 10)
        return bare if known and paragraph.column == 0 and form else ""
    if _CHAPTER.match(bare) and not bare.startswith("（"):
        return bare
    if not chapters and paragraph.level and labels.part(bare) != "other":
        return bare
    if not chapters and _LOOSE.match(bare.strip("【】[]")):
        return bare
    return ""


def _free_head(made: Sketch) -> None:
    """Title and unit of a free paper: the first lines, the signature at the end."""
    lines = made.paragraphs
    taken: set[int] = set()
    if not made.titles:
        at = next((i for i, text in enumerate(lines[:8]) if _may_be_title(text) or _stands_above_a_unit(lines, i)), -1)
        if at >= 0:
            title = lines[at]
            taken.add(at)
            if at + 1 < len(lines) and re.match(r"^[—–-]{1,2}.{4,50}$", lines[at + 1]):
                title += lines[at + 1]
                taken.add(at + 1)
            made.titles["heading"] = _flat(title).strip("《》")
            for after in range(at + 1, min(at + 4, len(lines))):
                unit = _unit_of(lines[after])
                if unit and after not in taken:
                    made.units.setdefault("heading", unit)
                    taken.add(after)
                    break
    for at in range(len(lines) - 1, max(-1, len(lines) - 5), -1):
        unit = _unit_of(lines[at])
        if unit and at not in taken:
            made.units.setdefault("signature", unit)
            made.hints.append(Hint("signature", unit))
            taken.add(at)
        elif _DATE_LINE.match(lines[at]):
            taken.add(at)
    _drop(made, taken)


def _may_be_title(text: str) -> bool:
    return 5 <= len(text) <= 70 and not _NOT_TITLE.search(text) and not re.search(r"[。；;：:，,]$", text) and "样例" not in text[:4] and not _unit_of(text)


def _stands_above_a_unit(lines: list[str], at: int) -> bool:
    """A line that could name a unit, above one that does: 校企共建实验室 above 江苏大学 is the title."""
    return 5 <= len(lines[at]) <= 70 and at + 1 < len(lines) and bool(_unit_of(lines[at]) and _unit_of(lines[at + 1])) and not any(map(_may_be_title, lines[:8]))


def _unit_of(text: str) -> str:
    """The unit's name where a line is nothing else, else ""."""
    bare = re.sub(r"^[（(](.+)[)）]$", r"\1", text.strip())
    bare = re.sub(r"^(?:单位|供稿|报送|作者单位|来源)[:：]\s*", "", bare)
    if 3 <= len(bare) <= 40 and _UNIT_END.search(bare) and not re.search(r"[，。；、：:！？“”]", bare) and not _looks_like_title(bare):
        return _flat(bare)
    return ""


def _looks_like_title(text: str) -> bool:
    """Titles may end like units (…让人才扎根社区); they begin with a verb or hold one."""
    return bool(re.match(r"^(?:打造|构建|建设|推进|推动|创新|探索|激活|让|以|用|做|搭建|聚焦|深化|从|为|把|念好|破解|实施|筑|引|汇|聚|服务|助力|赋能|点燃|建好|走进|扎根|情系|健全|完善|培育)", text))


def _drop(made: Sketch, taken: set[int]) -> None:
    """Take lines out of the running text and move what points into it."""
    if not taken:
        return
    shift = [0]
    for at in range(len(made.paragraphs)):
        shift.append(shift[-1] + (at in taken))
    made.parts = [Part(p.kind, p.heading, p.first - shift[p.first], p.last - shift[p.last]) for p in made.parts]
    moved = []
    for datum in made.personal:
        if datum.paragraph >= 0:
            at = -1 if datum.paragraph in taken else datum.paragraph - shift[datum.paragraph]
            datum = PersonalDatum(datum.kind, datum.value, at, datum.start, datum.end)
        moved.append(datum)
    made.personal = moved
    made.paragraphs = [text for at, text in enumerate(made.paragraphs) if at not in taken]


def _choose(made: Sketch) -> None:
    """The table's word before the cover's before the first lines'; persons are no units."""
    made.title = next((made.titles[s] for s in ("table", "cover", "heading") if s in made.titles), "")
    units = {source: unit for source, unit in made.units.items() if not re.search(r"[、，]", unit) or _UNIT_END.search(unit)}
    made.unit = next((units[s] for s in ("table", "cover", "heading", "signature") if s in units), "")
    if made.title and made.paragraphs and "heading" not in made.titles:
        same = re.sub(r"\W", "", made.title)
        _drop(made, {at for at, text in enumerate(made.paragraphs[:6]) if re.sub(r"\W", "", text) == same})
    made.hints += [Hint("cover" if source == "cover" else "form", unit) for source, unit in units.items()]
