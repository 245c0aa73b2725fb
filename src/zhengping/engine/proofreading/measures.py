"""A paragraph -> places where a measure word stands before what it counts, or behind it, with no number: 向家企业下放, 建立档案份，.

Word bounds come from segmentation by the dictionary alone (rjieba without its guesses), so that 名 in 知名专家 is no measure word. What each measure word
counts stands in `tables/measures.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from zhengping.engine import tables
from zhengping.engine.text.segments import words

_HAN = "[\u4e00-\u9fff]"
_COUNTS = re.compile(r"[\da-zA-Z%一二两三四五六七八九十百千万亿零〇○几数多半每各这那某整该本首第同双单另全诸若何哪壹俩仨些·.．]$|[一二三四五六七八九十百千万\d][余来]$")  # what counts, before a measure word
_BEFORE = frozenset("上 下 前 后 末 头 近 好 大 小 老 新 逐 按 分 成 论 隔 没 没有 无 不 未 是 此 其 他 她 它 我 你 咱 人 之 一个 他们 我们 她们 你们 咱们 人们 自己 老人 亲戚 邻居 村民".split())
_LIGHT = re.compile("[有是当办搞找做弄换买来讲出打给了像为]$")
_MAKERS = re.compile("(?:企业|科学|艺术|教育|革命|思想|政治|文学|经济学|学|实业|银行|活动|社会|理论|军事|外交|慈善|收藏|书法|音乐|农民)$")  # 企业家, 科学家
_FORMAL = re.compile("工作日|百分点|省、|省份|小时|编制|名额|国家级|省级|市级|乡镇|行政村|课题|专项")  # seldom 有个…
_SUFFIXED = re.compile("[，。；、：（的了和与及有到达共约超帮扶给对向带使让]$")  # before 户, which ends many nouns (困难户)
_END = re.compile(r"[，。；、）：;,）]|其中|$")
_STRICT = re.compile(  # seldom stand without a number whatever is around them
    r"(?:(?<!车)辆|(?<=[才到近过达满至约龄仅超足为])岁(?![月末首数暮尾寒])|(?<!功)倍(?![感增加受数率显]))(?!\d)"
    r"|(?<![A-Za-z])[%％](?![）)])"
    r"|(?:[万亿]元|公里|平方米|公斤|人次|个百分点)(?=[，。；、）之左以的])"
)
_COUNTED = re.compile("[一二两三四五六七八九十百千万亿零〇几数多余半每各这那某整该本首第加成翻周虚太何按以论同]$")  # 周岁, 成倍
_NOT_STRICT = re.compile("(?:平方|[一二两三四五六七八九十百千万亿零〇几数多余半每各这那某整该本首第加成翻车周虚年太何百单位按以用成换]|达到?|突破|超过?|过|上|近|逾|均|收入)$")
_UNITS = "个|名|项|家|件|所|条|种|篇|座|处|位|户|亩|吨|万元|亿元|人次|平方米|公里|台|套|辆|支|场|批|倍|米|天"
_FRAMES = re.compile(  # a measure word where something counts up or down, or a sum of money, time or length is said
    r"(?=[天个小分工月年周%％.．·美万亿元米人名项家件所条种篇座处位户亩吨平公台套辆支场批倍岁企—–－-])(?:"  # for speed
    r"(?:(?<=[由从到至])|(?<=[仅只][需用要])|(?<=缩短[到至为])|(?<=压缩[到至为])|(?<=减少[到至为])|(?<=用时)|(?<=天[—－～~至到-]))(?:天|个?小时|分钟|个?工作日)(?=压|缩|减|降|左右|以内|内|，|。|；|的|到\d)"
    r"|(?<=在)(?:天|个?小时|分钟|个?工作日|个月)(?=[之以]?内)"
    r"|(?<=\d)[.．·](?=(?:[%％]|[万亿]?(?:美元|元|吨|亩|公里|米|平方米|公斤|人|倍)|个百分点))"
    r"|(?<=[\u4e00-\u9fff、，])(?<!单位)[%％](?=[，。；、和及以左上下提增减的])"
    rf"|(?:(?<=[的从由])(?:{_UNITS}|元|美元|万人)|(?<=[从由])人)(?=增加|增至|增长|上升|提高|下降|减少|降[到至]|扩大|发展到|跃升|跃增)"
    rf"|(?<=\d年的)(?:{_UNITS}|人)(?=[，。；])"
    rf"|(?:(?<=达)|(?<=达到)|(?<=增加到)|(?<=增加至)|(?<=增至)|(?<=升至)|(?<=降至)|(?<=减少到)|(?<=减至)|(?<=共计)|(?<=总计)|(?<=合计)|(?<=仅有)|(?<=共有)|(?<=约有)|(?<=多达))(?:{_UNITS}|元|美元)(?=[，。；、）])"
    r"|(?:(?<=[达至资额约近仅桶薪过付值款失省亏为])|(?<=[达增升降减]到)|(?<=收入)|(?<=支出)|(?<=投入)|(?<=债务)|(?<=\d[—–－-]))(?<!单位为)(?<!货币为)[万亿]?美元(?=[，。；、）之左以的])"
    r"|(?<=[付给得了到达至款金费资价值额税罚奖补贴息投赔捐凑交花挣赚收需约超过入仅是])元(?=[，。；）])"
    r"|(?<=[\u4e00-\u9fff])(?<![单公多余一二三四五六七八九双状纪美日欧港韩亿万百千十几数零半澳加金银铜开复])元(?=左右|以上|以下|人民币|资金|现金|钱(?!包))"
    r"|(?<=[，。；、：])(?:人次|万人次|万元|亿元|平方米|吨级|吨位)"
    r"|(?<=[\u4e00-\u9fff]户)(?<![家户挨逐一]户)户(?=[，。；])"
    r"|(?:(?<=注册)|(?<=登记)|(?<=创办)|(?<=新办))企业(?P<home>家)(?=[，。；])"
    r"|(?:(?<=不超过)|(?<=不少于)|(?<=不低于)|(?<=不得少于)|(?<=不多于)|(?<=不足))(?:人|个|名|天|元|万元|亩)(?=[，。；、）])"
    r"|(?:(?<=为期)|(?<=历时)|(?<=耗时)|(?<=长达))(?:天|个?月|年|周|个?小时|分钟)"
    r"|(?<![一二两三四五六七八九十百千万零〇几数多余半每各这那某本首周虚太早晚新同\d])岁(?=的)"
    r"|(?:(?<=[由从和与及达含辖])|(?<=包括)|(?<=[共建设]有)|(?<=涉及)|(?<=覆盖)|(?<=来自)|(?<=邀请)|(?<=聘请)|(?<=减少)|(?<=增加))个(?=[\u4e00-\u9fff]{2})(?![人体别性案中子头税旧股位儿])"
    r"|(?:(?<=[由和与等])|(?<=包括)|(?<=邀请)|(?<=聘请)|(?<=组织)|(?<=来自))位(?=[\u4e00-\u9fff]{2})(?![于置居列数次移面能])"
    r"|(?:(?<=上升到)|(?<=增加到)|(?<=增至)|(?<=减少到)|(?<=减至)|(?<=降[至到])|(?<=增长到)|(?<=扩大到))人(?=[，。；])"
    r"|(?<=[尺深长高宽达约])米(?=[，。；、）的])"
    r"|(?<=\d)[万亿]?[—–－-]{1,2}(?:美元|天|小时|吨|亩|岁)"
    r")"
)
_PEOPLE = re.compile(
    "(?=人)(?:"
    "(?<=[，。；、：])人(?=参加|成为|获得?|走上|入选|通过|未通过|取得|考取|脱贫|就业|签约|落户|返乡|担任|受益|持证|评为|晋升|报名)"
    "|(?:(?<=人员)|(?<=职工)|(?<=学员)|(?<=教师)|(?<=干部)|(?<=党员)|(?<=农民)|(?<=村民)|(?<=群众)|(?<=学生)|(?<=人才)|(?<=专家)|(?<=劳动力)|(?<=大学生)|(?<=毕业生)|(?<=工匠)|(?<=大户)|(?<=能手)|(?<=徒弟)|(?<=讲解员)"
    "|(?<=职称)|(?<=骨干)|(?<=博士)|(?<=硕士)|(?<=代表)|(?<=带头人)|(?<=净增)|(?<=新增)|(?<=分流)|(?<=评审)|(?<=招聘)|(?<=招录)|(?<=录用)|(?<=吸纳)|(?<=安置)|(?<=带动)|(?<=转移)|(?<=输送)"
    "|(?<=签约)|(?<=减少)|(?<=增加)|(?<=考取)|(?<=[农师医生员]))人(?=[，。；、）]|就近|就业|分\\d|分批|其中|次[，。；])"
    "|(?<=[\u4e00-\u9fff])(?:(?<=[已共员数计均可总]达)|(?<=[数员]共)|(?<=共计)|(?<=总数超过)|(?<=仅有))人(?=[，。；、）])"
    ")"
)
_SEATED = re.compile("(?=人)(?:(?<=委员)|(?<=人员)|(?<=职工)|(?<=学员)|(?<=教师)|(?<=干部)|(?<=党员)|(?<=专家)|(?<=院士)|(?<=博士))人(?=出席|参加|参与|组成|深入|赴|分赴)")
_INCOME = re.compile("(?:收入|人均|户均|每户|月薪|年薪|工资|存款|亩均|身家)[^，。；]{0,5}万元$")  # 年收入达万元: ten thousand
_NO_PEOPLE = re.compile("(?:医生员|[\u4e00-\u9fff]?(?:育|养|服务|引导|关心|尊重|凝聚|团结|激励|发|新农|本地|当地|外地))$")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure word with patterns of what follows it and of what stands before it at the end of a clause."""

    word: str
    following: re.Pattern[str]
    after: re.Pattern[str]
    is_light: bool


@cache
def _measures() -> dict[str, Measure]:
    made = {}
    for word, row in tomllib.loads(tables.text("measures.toml")).items():
        nouns = "|".join(map(re.escape, row.get("nouns", "").split()))
        ends = "|".join(map(re.escape, row.get("ends", "").split()))
        pattern = "|".join(part for part in (nouns or "(?!)", f"{_HAN}{{0,4}}(?:{ends})" if ends else "") if part)
        made[word] = Measure(word, re.compile(pattern), re.compile(f"(?:{'|'.join(row.get('after', '').split()) or '(?!)'})$"), bool(row.get("light")))
    return made


def uncounted(text: str) -> list[tuple[int, int]]:
    """Places (start, end) of measure words without their number, in their order.

    >>> uncounted("向家企业下放，建立档案份，知名专家3名。"), uncounted("平均年龄才岁；由天压缩到7天")
    ([(1, 2), (11, 12)], [(5, 6), (8, 9)])
    """
    found = {*_counting(text), *_alone(text)}
    found |= {match.span() for match in _FRAMES.finditer(text) if not _INCOME.search(text[max(0, match.start() - 12) : match.end()])}
    found |= {match.span() for match in _SEATED.finditer(text)}
    found |= {match.span() for match in _PEOPLE.finditer(text) if not _NO_PEOPLE.search(text[max(0, match.start() - 4) : match.start()])}
    return sorted(found)


def _counting(text: str) -> Iterator[tuple[int, int]]:
    """Measure words before what they count, and behind it at the end of a clause."""
    at, before, measures = 0, "", _measures()
    for word in words(text, False):
        measure = measures.get(word[0])
        if measure and (len(word) == 1 or measure.following.match(word[1:])) and not _is_counted(measure, text, at):
            alone = len(word) == 1 and (_counts_last(measure, text, at) or _starts_clause(measure, text, at))
            if alone or _counts_next(measure, before, text, at):
                yield at, at + 1
        at, before = at + len(word), word


def _is_counted(measure: Measure, text: str, at: int) -> bool:
    """Whether a number or its like stands before, or the measure word is doubled (一家家)."""
    return bool(_COUNTS.search(text[max(0, at - 2) : at])) or text[max(0, at - 1) : at] == measure.word


def _counts_next(measure: Measure, before: str, text: str, at: int) -> bool:
    rest = text[at + 1 : at + 9]
    if not measure.following.match(rest) or before in _BEFORE or before.endswith(measure.word):
        return False
    if measure.is_light and _LIGHT.search(before) and not _FORMAL.match(rest):
        return False
    if before == "等" and measure.word not in "家名所位座个":
        return False
    if measure.word == "支" and re.match("队(?!伍)", rest):
        return False
    if measure.word == "家" and (_MAKERS.search(before) or before.endswith(("专", "大", "国", "作", "画", "人"))):
        return False
    if measure.word == "名" and (before in ("、", "“", "”", "”", "为") or re.match("[师医家校企优特品]", rest)):
        return False
    return measure.word != "户" or at == 0 or bool(_SUFFIXED.search(before))


def _starts_clause(measure: Measure, text: str, at: int) -> bool:
    """No word but 户口 and its like starts with 户: ，户用上了电."""
    is_start = at > 0 and text[at - 1] in "，。；"
    return measure.word == "户" and is_start and not re.match("[口籍外型主均数户县部头用的限牖]", text[at + 1 : at + 2])


def _counts_last(measure: Measure, text: str, at: int) -> bool:
    before = text[max(0, at - 6) : at]
    if not _END.match(text[at + 1 : at + 3]) or not measure.after.search(before):
        return False
    return not (measure.word == "家" and _MAKERS.search(before)) and bool(text[at + 1 :])


def _alone(text: str) -> Iterator[tuple[int, int]]:
    """Measure words that nothing but a number stands before."""
    for match in _STRICT.finditer(text):
        if text[max(0, match.start() - 1) : match.start()] == match[0][0]:  # 一辆辆
            continue
        before = text[max(0, match.start() - 4) : match.start()]
        if match[0] in "%％" or not re.search("[\u4e00-\u9fff，。；、：（]$", before) or (_NOT_STRICT if match[0][-1] not in "辆岁倍" else _COUNTED).search(before):
            continue
        yield match.span()
