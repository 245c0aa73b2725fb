"""A case's sentence -> whole clauses that can follow the name of a place or unit, or "" where none is clean.

A sentence is told in one of two forms: as a predicate ("江苏省… + 建立…制度") where it begins with what was done, or after a place
("在江苏省…，+ 每人…") where it has a subject of its own. What refers to words outside of it, praises itself or is damaged is left out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import rjieba

from zhengping.engine.text import is_cjk

VERBS = (
    "发展|委托|建立|健全|完善|推进|推动|实施|开展|打造|设立|组建|创新|探索|坚持|强化|优化|深化|出台|制定|搭建|构建|推行|选派|聚焦|突出|加强|加大|拓宽|畅通|落实|培育|引进|改革|"
    "开发|开设|开通|开办|建成|建设|成立|创办|创建|创设|举办|组织|依托|整合|统筹|盘活|采取|实行|推出|发布|编制|明确|规定|制订|下放|授予|赋予|取消|打破|降低|提高|提升|扩大|"
    "增加|发放|给予|提供|安排|拨付|设置|遴选|选聘|聘请|聘用|招聘|招录|选拔|评选|评审|认定|考核|邀请|吸引|集聚|汇聚|联合|联动|对接|签订|签约|引导|鼓励|支持|激励|资助|奖励|"
    "补贴|帮助|帮扶|服务|培训|培养|轮训|带动|转化|孵化|攻关|共建|共享|共同|围绕|立足|利用|运用|借助|通过|按照|根据|针对|把|将|对|以|为|从|与|同|让|使|每年|全面|率先|"
    "先后|累计|定期|分级|分类|分层|统一|试行|试点|启动|启用|启运|梳理|绘制|编印|编写|印发|公布|公开|公示|简化|压缩|缩短|破除|解决|化解|消除|减免|兑现|列支|配套|配备|配齐|"
    "量身|精准|大力|积极|主动|深入|广泛|持续|牵头|领办|挂牌|派出|派驻|抽调|抽选|挑选|动员|发动|汇编|征集|收集|走访|慰问|联系|结对|跟踪|回访|督促|督导|通报|调整|调剂|划出|划拨|"
    "预留|单列|核定|核增|放宽|放开|鼓动|倡导|宣传|讲述|拍摄|寻访|表彰|命名|树立|弘扬|传承|激发|释放|聚集|招引|延伸|布局|规划|谋划|研究|研发|研制|投入|投资|筹集|筹建|改造|改建|"
    "扶持|孵育|辐射|覆盖|惠及|上线|升级|集成|归并|打通|贯通|衔接|实现|形成|变|用|请|派|送|办|设|建|把关|把好|抓好|做好|做强|做实|抓实|压实|夯实|筑牢|厚植|擦亮|唱响|"
    "选树|吸收|推荐|划定|留出|拿出|腾出|租下|买来|招来|挑出|调出|收回|聚拢|列出|标出|拆成|分成|写明|立下|立了|搭起|搭了|画出|造出|整理|抢救|排成|摸清|理清|汇集|提取|引入|导入|"
    "限时|限期|下沉|直达|送到|跟着|瞄准|紧盯|面向|向|给|到|凭|按|拆除|拆掉|试制|试验|试种|收购|包下|认领|采用|采购|配强|选好|用好|管好|建好|办好|讲好|盯住"
)
_NOUN = (
    r"发展(?:空间|环境|规划|路径|水平|过程|中|快|较)|转化(?:收益|率|成果|效率)|服务(?:期|对象|满意|事项|质量|效能|水平|专员)|培训(?:班|人数|对象|内容|经费)|研究(?:院|所|生|员|成果)|考核(?:结果|合格|优秀)|设计师|"
    r"管理(?:费|层|人员)|改革(?:后|前|以来|试点)|创新(?:团队|成果|券)|建议|用人|为了|从前|以前|以往|以上|对方|同行|同时|将来|把手|设备|办公|办事|建筑|变化|派出所|送来|"
    r"到期|到达|用地|用户|用户数|请假|按时|到底|到了|给予者|向来|凭证|公开课|评审(?:组|委员会|会|专家)|选拔(?:赛|线)|服务(?:队|团|站|卡)|联合(?:体|实验室)|试验(?:田|区|线)|试点(?:单位|以来)|认定(?:标准|名单)|推荐(?:名单|人)"
)
_DID = r"[编签选造评立发买划挖写印修招收租种推搭组定放分画调腾教聘补奖购挂列邀返借抽送拍学练定换改包管](?:聘|了|出|成|好|来|给|下|起|[一二两三四五六七八九十百千几\d]|每)"
_VERB = re.compile(f"^(?!{_NOUN})(?:{VERBS}|{_DID}|在(?!内|于|此|场))")  # 转化收益的八成归团队 has a subject of its own
_LEAD = re.compile(
    r"^(?:近年来|近些年|今年以来|去年以来|多年来|一直以来|为此|同时|此外|另外|其中|具体来说|目前|如今|在此基础上|与此同时|于是|随后|接着|同样|一方面|另一方面|"
    r"做法(?:一|二|三)?(?:是|：)|为了?[^，。]{2,40}|针对[^，。]{2,40}(?:问题|难题|短板|情况|现状|实际|矛盾|困难)|"
    r"面对[^，。]{2,40}|按照[^，。]{2,40}(?:要求|部署|精神|原则|思路|部署要求)|根据[^，。]{2,40}|在[^，。]{2,30}(?:领导|指导|支持|基础|背景)下|深入贯彻[^，。]{2,60}|"
    r"认真(?:贯彻|学习)[^，。]{2,60}|\d{4}年(?:\d{1,2}月)?(?:以来|起|初|底|末)?)[，,]"
)
_LEAD_WORD = re.compile(r"^(?:于是|为此|同时|随后|接着|并且|并(?!购|轨|网)|也|还(?!乡|款|原|清)|又|再(?!造|生|就业)|则|具体是|即(?!墨)|就(?!近|业|地|医|读|任))(?=[\u4e00-\u9fff]{4})")
_SELF = re.compile(
    r"^(?:我们|我[省市区县州盟旗校院局部司企园所站街镇乡村]|[省市区县州盟旗镇乡校院所村](?:里|委(?:、?[省市区县州]政府)?)|学校|医院|公司|集团|研究院|研究所|学院|新区|高新区|开发区|园区|街道|"
    r"管委会|组织部(?:门)?|党委(?:、政府)?|政府|单位|部门|中心|全[省市区县州校院])(?:还|也|又|再|就|先后|先|专门|决定|着手)?(?=[\u4e00-\u9fff])"
)
_PRONOUN = re.compile(
    r"我[省市县区镇乡村校院厅局委部们司企园所站街盟州旗]|本[省市县区镇校院局单位村州](?!地)|该[省市县区镇校院局单位项]|咱们?|我们|他们?|她们?|它们?|笔者|[这那](?:一|些|种|个|样|里|项|套|支|批|笔|条|份|才|就|就是|是|里)|"
    r"两地|三地|四地|双方|三方|两校|二者|两者|对方|在那儿|那儿|上述|前述|以下|如下|如图|见表|自己人|谁来谁"
)
_PRAISE = re.compile(
    r"取得(?:了)?(?:显著|明显|良好|积极|较好|丰硕|突出)|成效(?:显著|明显)|广受好评|一致好评|充分肯定|高度评价|走在前列|有力(?:地)?(?:支撑|保障|促进|推动)|极大(?:地)?|"
    r"有效(?:地)?(?:激发|提升|促进|缓解|破解|解决)|得到(?:了)?(?:认可|肯定|好评)|深受|受到(?:了)?[^，。]{0,10}欢迎|心里踏实|一目了然|清清楚楚"
)
_BROKEN = re.compile(r"[*＊〔〕�]|—元|[?？!！]|…{1,2}$")
_OPEN = {"“": "”", "（": "）", "《": "》", "(": ")", "「": "」", "【": "】", "‘": "’"}
_NOT_OPENING = re.compile(r"^(?:把[^，]{1,8}[也还再]|[到去][^，]{2,14}(?:当|听课|进修|学习|深造|驻)|但|而(?!且)|不过|然而|却|因此|所以|因为|虽然|尽管|如果|假如|以致|甚至|可(?!以)|只是|是|就是|也是|即|或|和|与其|不是|那|这|其|他|她|它|我|咱|谁|什么|怎|哪|多|再|又|还有|使得|从而|进而|以便|等)")
# What a step is called before it is told: 评估，由三位投资人…; “减后顾”，回来的老师…; 算待遇账：林场学校….
_LABEL = re.compile(r"^(?:“[^”]{1,8}”[，：:]|[^，。；：“”\d]{1,6}[：:]|(?![每去今前到在对由凡从向把将])[^，。；：“”\d]{1,4}，(?=[^，。；]{6,}))(?=[^，。；]{4,})")
_COUNTED = re.compile(r"^[^，。；：:]{2,14}[：:]\s*(?:[（(][1１一][）)]|[1１一][、.．](?!\d)|①)\s*")  # what announces a list, with its first marker
Form = Literal["predicate", "topic"]


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket of a text is closed in it."""
    return all(text.count(left) == text.count(right) for left, right in _OPEN.items())


@cache
def form(text: str) -> Form | None:
    """How a clause can be told of a place or unit: as its predicate, after "在…，", or not at all.

    >>> form("建立专家联系制度"), form("每人只报一件作品"), form("但是没有人来")
    ('predicate', 'topic', None)
    """
    if not text or _NOT_OPENING.match(text):
        return None
    if _VERB.match(text):
        return "predicate"
    word, kind = next(iter(rjieba.tag(text)), ("", ""))
    return "topic" if word and (is_cjk(word[0]) or word[0].isdigit() or word[0] in "“《") and kind[:1] not in "cyueo" else None


def bare(sentence: str) -> str:
    """A sentence without its full stop, its lead-in (近年来，…) and a subject that means the sender itself (我们, 县里)."""
    text = _COUNTED.sub("", sentence.strip().rstrip("。；;，,"))
    for _ in range(3):
        text = _LEAD.sub("", text)
    text = _LEAD_WORD.sub("", text)
    stripped = _SELF.sub("", text)
    if stripped != text and form(stripped) == "predicate":
        text = stripped
    return text


def unlabelled(sentence: str) -> str:
    """A step's sentence without the short name that stands before what was done; a verb with its object is no name.

    >>> unlabelled("评估，由三位投资人看能不能做成东西。"), unlabelled("出台政策，引进二十名博士。")
    ('由三位投资人看能不能做成东西。', '出台政策，引进二十名博士。')
    """
    label = _LABEL.match(sentence)
    is_deed = label and label[0][-1] == "，" and len(label[0]) > 4 and _VERB.match(sentence)
    return sentence[label.end() :] if label and not is_deed else sentence


def shorten(sentence: str, most: int) -> str:
    """The longest whole run of first clauses of a bared sentence, at most `most` characters, no full stop; "" where there is none.

    Clauses of self-praise without a number are passed over; a pronoun, a mask or a mark left open ends the run.
    """
    text = bare(sentence)
    if form(text) is None or _BROKEN.search(text):
        return ""
    kept, best = "", ""
    for clause in _clauses(text):
        if _PRONOUN.search(clause):
            break
        if kept and _PRAISE.search(clause) and not re.search(r"\d", clause):
            continue
        kept = f"{kept}，{clause}" if kept else clause
        if len(kept) > most:
            break
        if len(kept) >= 8 and is_balanced(kept) and _is_whole(kept) and _is_said(kept):
            best = kept
    return "" if best and "，" not in best and _PRAISE.search(best) else best


def _is_said(text: str) -> bool:
    """Whether something is said in it at all: a predicate begins with a verb, anything else must hold one."""
    return form(text) == "predicate" or any(kind[:1] in "va" and word not in ("有的", "的") for word, kind in rjieba.tag(text.rsplit("的，", 1)[-1]))


def _clauses(text: str) -> list[str]:
    """Clauses between commas; commas inside marks do not divide, a colon holds its clauses together."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _OPEN.values():
            depth -= 1
        elif character in "，,；;" and depth <= 0:
            found.append(text[start:place])
            start = place + 1
    return [clause.strip() for clause in (*found, text[start:]) if clause.strip()]


_HANGING = frozenset(
    "的 地 和 与 及 或 在 对 把 将 为 从 以 由 向 等方面 方式 基础上 之后 以后 以前 后 前 期间 同时 来 如 包括 例如 比如 即 之际 时 以来 多年 过去 之外 之余 当中 中 起来 不论 无论 只要 ： : 、 以及 "
    "如果 为了 按照 根据 通过 就是 则 也 还 都 又 后来 里 上 下 时候 当天 之前".split()
)
_SETTING = re.compile(r"^(?:依托|围绕|聚焦|立足|针对|按照|根据|通过|借助|为|在|从|以|对|利用|运用|坚持|着眼|把握|跟着|瞄准|面向|向|给|凭|按|结合|到)[^，]{0,24}$")
_WAITING = re.compile(r"^(?:凡|只要|如果|无论|不管|除|当|每当|对于|对|凡是|干满|超过|达到)[^，]*$")


def _is_whole(text: str) -> bool:
    """Not ending in a word that asks for more, nor being a clause that only sets the scene."""
    last = text.rsplit("，", 1)[-1]
    if rjieba.cut(text[-8:])[-1] in _HANGING or re.fullmatch(r"[\d一二三四五六七八九十两几]+[年个天月次]?", last):
        return False
    if "，" not in text and (_WAITING.match(text) or (_SETTING.match(text) and not re.search(f".{{4}}(?:{_DID}|[出成起]了?[一-龥\\d]{{2}})", text))):
        return False
    return not (_WAITING.match(last) and "，" in text)
