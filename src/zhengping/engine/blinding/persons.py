"""A text -> names of persons beside a title or after a word that asks for one."""

from __future__ import annotations

import re

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱胡郭何林罗郑梁谢宋唐许邓韩冯曹彭曾肖萧田董袁潘蔡蒋余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖石贾夏韦付傅邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简"
    "车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花强"
    "任高马金方魏白崔"
)
_DOUBLE = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|长孙|宇文"
_TITLES = (
    "党委书记|党组书记|总支书记|支部书记|村支书|第一书记|书记|副书记|部长|局长|厅长|处长|科长|主任|校长|院长|所长|县长|市长|区长|镇长|乡长|省长|州长|盟长|旗长|主席|会长|秘书长|董事长|总经理|副总经理|总裁|"
    "理事长|社长|厂长|站长|队长|组长|馆长|行长|村长|教授|研究员|院士|博士|工程师|高级工程师|农艺师|主任医师|医师|老师|同志|先生|女士|师傅|技师|大师|专家|负责人|联系人|创始人|劳模|带头人|驻村干部|特派员"
)
# Characters that given names hardly have: those of offices and of everyday speech.
_NOT = "的了在是和与及等为由对把被将从以到各每个级委局部门长任员会副总校院所县市区镇乡村社省家政农工商业技教职务组队位第类项目区域管办站企产就有无不要应该他这那老下内外分二三四五六七八九十亿零两多少得地着过说看做用给让使向"
_NAME = rf"(?:(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}](?:(?![{_NOT}])[\u4e00-\u9fff]){{1,2}})"
_VERBS = "说|表示|介绍|指出|认为|强调|告诉|坦言|感慨|回忆|带领|带头|率队|牵头|主持|深入|多次|亲自|到|在|与|和|同|带|专程|担任|获|被|自|带着|，|、|。|；|）|：|“|$"
# surname or name + title after a mark, a bracket, a word of belonging, or the end of a unit's name
_BEFORE = re.compile(rf"(?:(?<=^)|(?<=[，。、；：（“”\s请由经与和向—》）局委部厅院校会司办处社]))({_NAME})(?=(?:{_TITLES}))|(?:(?<![\u4e00-\u9fff])|(?<=[请由经向]))([{_SURNAMES}])(?=(?:{_TITLES})(?!制|级|办))")
_AFTER = re.compile(rf"(?:{_TITLES})[：:“]?\s?({_NAME})(?=(?:{_VERBS}))")
_ASKED = re.compile(r"(?:联系人|姓名|作者|撰稿人?|执笔人?|供稿人?|审核人?|负责人|主要完成人|法定代表人|法人代表|填报人|报送人|通讯员|记者)[：:]\s*((?:[\u4e00-\u9fff·]{2,5}[、，,\s]{0,2}){1,6})")
# What looks like a name and is none.
_WORDS = re.compile(
    "高级|高校|高层|金融|方面|方案|安全|马铃薯|马上|程序|管理|文化|文旅|成立|全体|全程|全面|关键|关于|应当|应用|时代|时间|和谐|和睦|常态|常务|单位|华侨|江河|海外|海归|海洋|明确|明星|商会|农艺|农技|师资|师傅|师德|"
    "师范|席位|房屋|路线|路径|卫生|强化|简化|连续|连锁|查阅|封闭|位于|谈判|区别|满意|楼宇|花卉|花椒|石油|石榴|石化|白酒|林果|林草|林业|牛羊|苗木|谷物|麦田|水稻|盛典|温室|康养|施工|包片|包村|包联|蒙古|蓝图|蓝莓|"
    "兰花|梅花|桂花|柳编|桑蚕|桑葚|党建|党员|党政|游客|解决|解读|古建|古镇|车间|车辆|司法|司机|原料|原始|闻名|边境|边疆|甘蔗|尚未|辛苦|宁愿|柴油|左右|文物|文艺|文明|安装|安排|黄牛|黄芪|黄金|白领|金牌|金秋|龙头|毛竹|雷达|石材|"
    "武术|武器|杨树|董事|汤池|易地|安置|左邻|夏季|秋季|范围|章程|章节|康复|温泉|常规|常住|常年|荣誉|荣获|乐于|明白|明显|冷链|冷库|原有|燕麦|南方|沙棘|成果|成效|成员|成熟|华东|华南|任务|任命|任教|任期|任何|向导|路演|易于|麻纺|"
    "党组|党校|党委|应急|费用|农户|农民|孔雀|池塘|连片|连接|班组|班级|储备|全职|全科|全国|全省|时任|现任|离任|历任|曾任|万里|钱塘|江南|江北|海南|简称|简历|谈话|关爱|关心|常驻|常设|古树|农资|解难|温情|鲁班|齐鲁|宋代|唐代|明代|"
    "方言|白茶|叶片|茶叶|胡萝卜|姜蒜|毛毯|钟表|石墨|江豚|洪水|苏打|宁静|焦化|焦点|喻为|纪检|纪委|项目|管护|季节|房产|乐器|米业|荣休|强基|强村|海产|海上|农村|农业|农机|施策|施肥|阳光|楚文化|燕窝|商贸|商务|官方|官兵|包装|包容"
)


def find(text: str) -> list[tuple[int, int]]:
    """The spans of names of persons, as far as title or label tell them."""
    found = []
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            group = next(at for at in range(1, (match.lastindex or 1) + 1) if match[at])
            start, end = match.span(group)
            if not _WORDS.match(text, start):
                found.append((start, _whole(text, start, end)))
    for match in _ASKED.finditer(text):
        found += [(match.start(1) + one.start(), match.start(1) + one.end()) for one in re.finditer(r"[\u4e00-\u9fff·]{2,5}(?![\u4e00-\u9fff]*[：:])", match[1] + text[match.end(1) : match.end(1) + 1])]
    return found


def _whole(text: str, start: int, end: int) -> int:
    """The end of a name that a verb or title made too long (张三说 -> 张三)."""
    for size in (3, 2):
        if end - start > size and re.match(_VERBS + "|" + _TITLES, text[start + size : start + size + 3] or "。"):
            return start + size
    return end
