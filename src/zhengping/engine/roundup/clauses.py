"""A case's sentence -> whole clauses fit to follow its name, or "" where none is clean."""

from __future__ import annotations

import re

VERBS = (
    "建立|健全|完善|推进|推动|实施|开展|打造|设立|组建|创新|探索|坚持|强化|优化|深化|出台|制定|搭建|构建|推行|选派|聚焦|突出|加强|加大|拓宽|畅通|落实|培育|引进|改革|"
    "开发|开设|开通|开办|建成|建设|成立|创办|创建|创设|举办|组织|依托|整合|统筹|盘活|采取|实行|推出|发布|编制|明确|规定|制订|下放|授予|赋予|取消|打破|降低|提高|提升|扩大|"
    "增加|发放|给予|提供|安排|拨付|设置|遴选|选聘|聘请|聘用|招聘|招录|选拔|评选|评审|认定|考核|邀请|吸引|集聚|汇聚|联合|联动|对接|签订|签约|引导|鼓励|支持|激励|资助|奖励|"
    "补贴|帮助|帮扶|服务|培训|培养|轮训|带动|转化|孵化|攻关|共建|共享|共同|围绕|立足|利用|运用|借助|通过|按照|根据|针对|把|将|对|以|由|为|从|在|与|同|让|使|每年|全面|率先|"
    "先后|累计|定期|分级|分类|分层|统一|试行|试点|启动|启用|启运|梳理|绘制|编印|编写|印发|公布|公开|公示|简化|压缩|缩短|破除|解决|化解|消除|减免|兑现|列支|配套|配备|配齐|"
    "量身|精准|大力|积极|主动|深入|广泛|持续|牵头|领办|挂牌|派出|派驻|抽调|抽选|挑选|动员|发动|汇编|征集|收集|走访|慰问|联系|结对|跟踪|回访|督促|督导|通报|调整|调剂|划出|划拨|"
    "预留|单列|核定|核增|放宽|放开|鼓动|倡导|宣传|讲述|拍摄|寻访|表彰|命名|树立|弘扬|传承|激发|释放|聚集|招引|延伸|布局|规划|谋划|研究|研发|研制|投入|投资|筹集|筹建|改造|改建|"
    "扶持|孵育|辐射|覆盖|惠及|上线|升级|集成|归并|打通|贯通|衔接|实现|形成|变|用|请|派|送|办|设|建|把关|把好|抓好|做好|做强|做实|抓实|压实|夯实|筑牢|厚植|擦亮|唱响"
)
_NOUN = r"转化(?:收益|率|成果|效率)|服务(?:期|对象|满意|事项|质量|效能|水平|专员)|培训(?:班|人数|对象|内容|经费)|研究(?:院|所|生|员|成果)|考核(?:结果|合格|优秀)|设计师|管理(?:费|层|人员)|改革(?:后|前|以来|试点)|创新(?:团队|成果|券)"
_VERB = re.compile(f"^(?!{_NOUN})(?:{VERBS})")  # 转化收益的八成归团队 has a subject of its own
_LEAD = re.compile(
    r"^(?:近年来|今年以来|去年以来|多年来|一直以来|为此|同时|此外|另外|其中|具体来说|目前|如今|在此基础上|与此同时|为了?[^，。]{2,40}|针对[^，。]{2,40}(?:问题|难题|短板|情况|现状|实际|矛盾|困难)|"
    r"面对[^，。]{2,40}|按照[^，。]{2,40}(?:要求|部署|精神|原则|思路|部署要求)|根据[^，。]{2,40}|在[^，。]{2,30}(?:领导|指导|支持|基础|背景)下|深入贯彻[^，。]{2,60}|认真(?:贯彻|学习)[^，。]{2,60}|\d{4}年(?:\d{1,2}月)?(?:以来|起|初|底|末)?)，"
)
_PRONOUN = re.compile(r"我[省市县区镇乡村校院厅局委部们司企园所站街盟州旗]|本[省市县区镇校院局单位村市州]|该[省市县区镇校院局单位项]|咱们?|我们|他们?|她们?|它们?|笔者|[这那](?:一|些|种|个|样|里|项|套|支|批)|上述|前述|以下|如下|如图|见表")
_PRAISE = re.compile(r"取得(?:了)?(?:显著|明显|良好|积极|较好|丰硕|突出)|成效(?:显著|明显)|广受好评|一致好评|充分肯定|高度评价|走在前列|有力(?:地)?(?:支撑|保障|促进|推动)|极大(?:地)?|有效(?:地)?(?:激发|提升|促进|缓解|破解|解决)|得到(?:了)?(?:认可|肯定|好评)")
_BROKEN = re.compile(r"[*＊〔〕]|—元|�")
_OPEN = {"“": "”", "（": "）", "《": "》", "(": ")", "「": "」"}


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket of a text is closed in it."""
    return all(text.count(left) == text.count(right) for left, right in _OPEN.items())


def shorten(sentence: str, most: int) -> str:
    """The first whole clauses of a sentence that can follow "place + unit", at most `most` characters, no full stop.

    The lead-in is dropped, clauses of self-praise without a number too; "" where the first clause has a subject of its own, a pronoun, a
    mask or an unclosed mark.
    """
    text = sentence.strip().rstrip("。；;！!？?")
    for _ in range(3):
        text = _LEAD.sub("", text)
    text = re.sub(r"^(?:并|也|还|又|再|则|通过)(?=[\u4e00-\u9fff]{4})", lambda m: m[0] if m[0] == "通过" else "", text)
    if not _VERB.match(text) or _BROKEN.search(text):
        return ""
    kept = ""
    for clause in _clauses(text):
        if _PRONOUN.search(clause):
            break
        if _PRAISE.search(clause) and not re.search(r"\d", clause):
            continue
        longer = f"{kept}，{clause}" if kept else clause
        if len(longer) > most:
            break
        kept = longer
    return kept if len(kept) >= 10 and is_balanced(kept) and _is_whole(kept) else ""


def _clauses(text: str) -> list[str]:
    """Clauses between commas; commas inside marks do not divide."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _OPEN.values():
            depth -= 1
        elif character in "，,；;：:" and depth <= 0:
            found.append(text[start:place])
            start = place + 1
    return [clause.strip() for clause in (*found, text[start:]) if clause.strip()]


def _is_whole(text: str) -> bool:
    """Not ending in a word that asks for more, nor being a clause that only sets the scene."""
    if re.search(r"(?:的|地|和|与|及|或|在|对|把|将|为|从|以|由|向|等方面|方式|基础上|之后|以后|期间|同时|来|如|包括|例如|即|之际|时)$", text):
        return False
    return "，" in text or not re.match(r"^(?:依托|围绕|聚焦|立足|针对|按照|根据|通过|借助|为|在|从|以|对|利用|运用|坚持|着眼|把握)[^，]{0,24}$", text)
