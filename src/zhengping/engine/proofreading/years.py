"""A paragraph -> places where a year or a month has lost its number.

年 is looked at as a word of its own (by segmentation), and in frames in which only a number can stand before it: 年至1997年, 截至年底, 《…》年3月.
年初, 年底, 年内 and what is counted by the year (年收入) are right without one.
"""

from __future__ import annotations

import re

from zhengping.engine.text.segments import words

_YEARS = re.compile(r"[来年\d一二两三四五六七八九十百零〇○几数多半每今去前近当全上下这那该本某整头周同翌历连隔逐满过新老学财往常元后初末早晚次成青少中童壮暮流丰灾荒豆鸡猪羊牛马龙虎兔蛇猴鼠狗明好高人峰均户度][多余来]?$")
_FOLLOWING = re.compile(r"^年(?:[，。）]|起|以来|以前|来稿|第|上半|下半|[^年初中底末来\W][\u4e00-\u9fff])")
_OPENING = re.compile(r"(?:^|[，。；、（：“至于自从到截《》(,; \n])$")  # behind these whatever follows a bare year
_FACTS = re.compile("^年(?:起[，全在推实]|以来|第|上半|下半|全[省市县区州国]|荣获|获[评得]|被|入选|成立|出台|印发|启动|至\\d|建成|投产|实施)")
_BY_THE_YEAR = re.compile("^年(?:[\u4e00-\u9fff]{1,4}[率额量值费]|[均产薪利息检审报鉴表限龄纪代近终轻关货味会画饭糕总纯净户供采消节输运最大内前后间复度祭夜景华满少迈老幼]|人均|平均|强度|营业|营收|收入|收益|利润|销售|增长|吞吐|处理|发电|加工|生产|接待|出栏|进尺|交易|上缴|纳税|出口|进口|投资|经营|开采|设计|完成|创[收汇造]|可|需|能|用[水电]|服务|培训|实现|使用|应|约|超|达|就|付|支|还|培养|引进|转化)")
_FRAMES = re.compile(
    r"(?=[年至止到—–－、和与及-])(?:"  # for speed
    r"(?:(?<=^)|(?<=[，。；、：（(“\n])|(?<=自)|(?<=于)|(?<=截至)|(?<=从)|(?<=早在)|(?<=举办“)|(?<=至))年"
    r"(?:(?=以来)|(?=来稿)|(?=第[一二三四五六七八九十\d]+届)|(?=[（(]第)|(?=起)|(?=开始)|(?=全[省市县区州国])|(?=，)|(?=[省市县区州]委)|(?=以前)|(?=出台)|(?=印发)|(?=启动)|(?=被))"
    r"|(?<![今去前当每同翌次明本来年历该那这上下某半多几\d零〇○一二两三四五六七八九十])年(?=\d{1,2}月|[至到—–－-]{1,2}\d{2,4}年)"
    r"|(?<=\d年)(?:至|到|[—–－-]{1,2}|、|和|与|及)年(?![底初末终关轻内货会])"
    r"|(?<=\d)[—–－-]{1,2}年(?![底末])"
    r"|(?<=自)年(?![初底末内前中])|(?<=自)年(?=中[国共央华])|(?<=[，。；：])年(?=《)|(?<=[比较])年(?=[底末])"
    r"|(?:(?<=[至到自从])|(?<=[自从至到于在]))年(?=[至到—–－-]\d{4}|[，。；、间）)])"
    r"|(?<=[截])(?:至|止)年(?=[底末初\d，]|上半|下半)"
    r"|(?<=[从自由比较与和至到、为])年(?=[底末]?的\d)|(?<=[和与])年(?=的[\u4e00-\u9fff])"
    r"|(?<=[在比较])年(?![初底末中内前后度轻龄年关会货味夜饭节景间终报审检均产假]|[三四五六七八]十)|(?:(?<=过去的)|(?<=踏进)|(?<=进入)|(?<=迈进)|(?<=迈入))年(?=[，。之])|(?<![今去明后前每当同翌次本那这\d零〇○一二两三四五六七八九十半多几])年(?=[上下]半年)|(?<=[\u4e00-\u9fff])(?<![今去明后前每当同翌次本那这百千万零〇○一二两三四五六七八九十半多几来近历常])年(?=、\d{4}年)"
    r"|(?<=[，。；、：])年(?=中[国共央华])"
    r"|(?<=》)年(?=\d|第)"
    r"|(?<=[\u4e00-\u9fff，。；])(?<![今去前当每同翌次明本来年那这该半多几零〇○一二两三四五六七八九十新早老晚少青百千中终])年(?=[春夏秋冬](?![节运耕])[，在由，被从开起季]?)"
    r"|(?<=[（(])年(?=[）)])"
    r"|(?<=[于到至])年(?=第|建成|成立|投产|实施|获|前[，。建])"
    r")"
)
_MONTHS = re.compile(
    r"(?<=\d年)月(?!薪|均|度|份额|日常|嫂|饼|租)|(?<=年)月(?=底|初|中旬|份|上旬|下旬)|(?<=[自于从至])月(?=底|份|\d{1,2}日)|年月(?=\d{1,2}日)"
    r"|(?<=[今去明同本前每]年)月(?!薪|均|租|光|年)|(?<=第二年)月|(?<=[，。；、于]当年)月(?!薪|均|租|光)|(?<=\d月[至到—–－-])月(?![底末])"
)


def bare_years(text: str) -> list[tuple[int, int]]:
    """Places (start, end) of 年 before which a year has been lost.

    >>> bare_years("年至1997年增长，截至年底有3人"), bare_years("年收入十万元，今年3月，过好年。")
    ([(0, 1), (11, 12)], [])
    """
    found = {(match.start() + match[0].rindex("年"), match.start() + match[0].rindex("年") + 1) for match in _FRAMES.finditer(text)}
    at = 0
    for word in words(text):
        if word in ("年", "年起") and _is_bare(text[max(0, at - 2) : at], text[at : at + 6]):
            found.add((at, at + 1))
        at += len(word)
    return sorted(found)


def _is_bare(before: str, rest: str) -> bool:
    if _YEARS.search(before) or not _FOLLOWING.match(rest) or _BY_THE_YEAR.match(rest):
        return False
    return bool(_OPENING.search(before) or _FACTS.match(rest))


def bare_months(text: str) -> list[tuple[int, int]]:
    """Places of 月 before which a month has been lost.

    >>> bare_months("去年月，2021年月启动"), bare_months("年月日，去年月均收入")
    ([(2, 3), (9, 10)], [])
    """
    return [match.span() for match in _MONTHS.finditer(text)]
