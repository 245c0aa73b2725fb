"""What forms and lists call their fields, and which parts their headings name."""

from __future__ import annotations

import re

# Words of a label, tried against the cell without white space, marks and what stands in brackets.
_FIELDS = {
    "title": r"(?:案例|申报案例|项目|材料|作品|参评案例|推荐案例)?(?:名称|题目|标题|主题名称)|案例(?:主题)?",
    "unit": r"(?:案例)?(?:报送|申报|填报|实施|完成|主办|牵头|供稿|提供|推荐案例|参评|所在|责任|创新|作者)?单位(?:名称|全称)?|申报主体|报送(?:机构|部门)|单位[（(]?盖章[)）]?",
    "recommender": r"推荐(?:单位|部门|机构)|省级?主管部门|审核单位",
    "place": r"(?:单位)?所在(?:地区?|省市|省份|市县)|所属(?:地区|省市|省份|区域)|省份|地区|省[（(]?区、?市[)）]?|省市|地市|行政区划|区域",
    "person": r"(?:项目)?(?:联系|负责|经办|填表|填报|申报|主创)人(?:姓名)?|(?:案例)?作者|姓名|执笔人?|撰稿人?|主要完成人|报送人|主要负责人|单位负责人|收款人|户名",
    "telephone": r"(?:联系|办公|固定|移动|手机)?(?:电话|手机号?码?|方式)|手机|座机|传真",
    "e-mail": r"(?:电子)?(?:邮箱|邮件|信箱)|e-?mail",
    "id-number": r"身份证(?:件)?(?:号码?)?|证件号码?",
    "bank-account": r"(?:银行)?(?:账|帐|卡)号|开户(?:行|银行).*",
    "theme": r"(?:所属|案例|申报|参评)?(?:主题|类别|类型|领域|方向)(?:分类)?",
    "mark": r"推荐(?:等次|意见|类型|级别|等级|情况)|等次|推荐类别|是否重点推荐",
    "file": r"(?:对应)?(?:文件|附件|电子稿)(?:名称?)?",
    "number": r"序号|编号|案例编号|no\.?",
    "note": r"备注|说明",
    "date": r"(?:申报|填报|填表|报送|实施)?(?:日期|时间)|起止时间",
    "address": r"(?:通讯|通信|联系|单位)?地址|邮编|邮政编码",
    "post": r"职务|职称|职务[/、]?职称|性别|年龄|民族|政治面貌|学历|部门|科室|人数",
}
FIELDS = {name: re.compile(pattern, re.I) for name, pattern in _FIELDS.items()}
PERSONAL = frozenset(("person", "telephone", "e-mail", "id-number", "bank-account", "address", "post"))
_STRIP = re.compile(r"[\s　:：*＊_＿.。、]|[（(][^（）()]{0,40}[)）]|^[一二三四五六七八九十\d]{1,2}[、.．]")

_PARTS = (
    ("appendix", r"附录|附件|佐证|证明材料|相关图片"),
    ("commitment", r"承诺"),
    ("spread", r"推广|复制|示范|借鉴|应用前景|辐射"),
    ("innovation", r"创新|特色|亮点|突破"),
    ("experience", r"启示|经验|思考|体会|下一步|打算|展望|建议|反思"),
    ("effect", r"成效|效果|成果|成绩|效益|影响|变化|收获"),
    ("background", r"背景|起因|缘起|动因|基本情况|概况|现状|问题|需求|缘由|意义|概述|由来|挑战"),
    ("implementation", r"做法|实施|举措|措施|过程|路径|实践|机制|主要|内容|步骤|探索|方案|推进|运行"),
    ("basic", r"基本信息|单位信息|申报信息"),
    ("opinion", r"推荐意见|审核意见|单位意见|主管部门意见|专家意见"),
)
_PART = tuple((kind, re.compile(pattern)) for kind, pattern in _PARTS)


def field(text: str) -> str:
    """The field a label names ("title", "unit", "telephone" …), "" if the text is no label.

    >>> field("案例名称（20字以内）："), field("报 送 单 位"), field("我们的做法")
    ('title', 'unit', '')
    """
    if not text or len(text) > 60:
        return ""
    bare = _STRIP.sub("", text)
    if not bare or len(bare) > 12:
        return ""
    for name, pattern in FIELDS.items():
        if pattern.fullmatch(bare):
            return name
    return ""


def part(heading: str) -> str:
    """The kind of part a heading names: background, implementation, innovation, effect, spread, experience … or "other"."""
    for kind, pattern in _PART:
        if pattern.search(heading[:40]):
            return kind
    return "other"
