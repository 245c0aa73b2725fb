"""One paragraph -> what was damaged on its way: masked characters, lost numbers, years and months, doubled words, odd characters.

The patterns follow the damage seen in published cases; what looks like it and is none (bullets, 人次, 年货, 等多) stands in the exceptions.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from zhengping.engine import tables
from zhengping.engine.record import Finding

_MASK = re.compile(r"(?<![*＊×x])[*＊]{1,4}(?![*＊])")
_HAN = r"[\u4e00-\u9fff]"
_COUNTED = (
    r"(?:余|多|约)?(?:"
    r"个(?!人|体|性|案|别|税|旧|中)|名(?!师|医|家|校|企|牌|录|额|单|字|称|人|优|特|品|城|镇|村|片|列|义|声|誉|气|胜|著|贵|副)|人次|家(?!庭|居|装|纺|校|产|园|长|乡|风|国|禽|政|电|具|访|属|门|族|喻|委)|"
    r"项(?!目|链)|万元|亿元|元(?!旦|素|老|件|宵)|亩(?!均)|吨|人(?!才|员|口|民|大|力|社|物|事|文|数|均|心|气|工|选|生|居|类|防|保|手|士|家|们|为|格|情|身|次|群|岗|脉|本|性|流|力)|"
    r"个百分点|%|％|场次|场(?!所|景|地|馆|镇|面|合|域|内|外)|期(?!间|望|刊|待|限|盼|末|满|内)|篇(?!章|幅)|套(?!餐|路|用|种|牌)|平方米|户(?!籍|外|口|型|均)|公里|人左右)"
)
_LOST_NUMBER = re.compile(
    r"(?:设立|设置|调剂|引进|引育|新引进|培养|培育|评选出?|评出|选派|选聘|选拔|招聘|招录|建成|建立|建设|组建|新建|新增|投入|发放|拨付|奖励|补助|补贴|资助|拥有|举办|开展|组织|培训|签约|"
    r"解决|发布|帮扶|孵化|转化|落地|实现|完成|新设|设|达到?|超过|突破|增长|提高|下降|降低|共有?|累计|总计|共计|合计|每人每[月年]|每[月年人]|给予|最高|不超过|近|仅|约|收到|来稿|吸引|聚集|集聚|覆盖|惠及|服务)了?"
    + _COUNTED
)
_BARE = re.compile(  # a sum without its number, people without theirs: 资金万元, 大使名，
    r"(?<=[\u4e00-\u9fff])(?<![一二三四五六七八九十百千万亿几数两余多零〇半上近过超])(?:万元(?!户)|亿元)"
    r"|(?<=班)期(?=[，。；、])"
    r"|(?<=[\u4e00-\u9fff])(?<![正姓签报著知命排提闻挂署改更点除实冠书地品校村人功罪虚成有驰齐同别笔网域类列榜题])名(?=[，。；、])"
)
_REPEATING = re.compile(r"点对点|面对面|手把手|心贴心|一对一|实打实|肩并肩|背靠背|门对门|户对户")
_NOT_LOST = re.compile(
    r"(?:建设|建立|组织|实现|设置|设立|服务|开展)(?:了)?(?:人|家|场|期|户|套|名)(?!次)|等多|众多|许多|(?:培养|服务|组织|覆盖|提高|降低|约|共|近|设|达|超过|最高|实现|每月|每年|每人|培训|吸引)(?:人(?!次)|期|场|户|套|家)(?!次)|每人次|每[月年]期|近(?:万元|亿元)"
)
_DASHED = re.compile(r"[—–\-－]{1,2}(?:元|万元|亿元|个|名|人|家|项|%)(?!素|件|旦)")
_NO_YEAR = re.compile(
    r"(?:(?<=^)|(?<=[，。；、：（(“\n])|(?<=自)|(?<=于)|(?<=截至)|(?<=从)|(?<=早在)|(?<=举办“)|(?<=至))年"
    r"(?:(?=\d{1,2}月)|(?=以来)|(?=来稿)|(?=第[一二三四五六七八九十\d]+届)|(?=[（(]第)|(?=起)|(?=开始)|(?=全[省市县区州国])|(?=，)|(?=[省市县区州]委)|(?=以前)|(?=出台)|(?=印发)|(?=启动)|(?=被))"
)
_NO_MONTH = re.compile(r"(?<=\d年)月(?!薪|均|度|份额|日常|嫂|饼|租)|(?<=年)月(?=底|初|中旬|份|上旬|下旬)|(?<=[自于从至])月(?=底|份|\d{1,2}日)|年月(?=\d{1,2}日)")
_DOUBLED = re.compile(rf"({_HAN}{{2,6}})\1")
_MEANT = frozenset(
    "研究研究 商量商量 讨论讨论 考虑考虑 了解了解 一个一个 一步一步 一家一家 一户一户 一项一项 一批一批 一年一年 一天一天 很多很多 非常非常 许多许多 永远永远 好好好好".split()
)
_TRADITIONAL = frozenset(
    "個們來對時會發國過還進動學長開關門問間見東車書買賣說話語議論讀誰請謝譯識證護讓計訂記訓許設評調談績結給統經網緊線縣總續編練繼續維羅義習聯職聽聲舉與興舊藝節蘇蘭處號蟲補裝製複觀規視覺親訊詞詳誠誤課諸謂講謹變貝負財責貨貫貴費資賈賓質賢賽贊贏趙趕跡踐車軍輕較載輝輛輪輯輸轄轉辦農運達遠違選遺鄉鄧鄭醫釋鈴銀銅錄鋼錢錯鍵鎮鐘鐵鑒長閉閱隊陽陰陳陸際隨險隱難雜離電靈靜韓頁項順須預領頭題顏願類顧風飛飯館馬驗驚體鬥魚魯鳥鴻麗黃點黨齊齒龍龜專業為樂習書產嚴豐臨麼義烏喬鄉亂爭爾虧雲亞產畝親億僅從倉儀價眾優傷倫偉側傑傳債僱儲兒內兩冊軍農凍淨減湊幾鳳憑凱擊劃劉則剛創劇劑勁勵勞勢區醫華協單衛衆廠廳歷厲壓厭參雙變敘葉號嘆嘗員團園圍圖圓聖場壞塊堅壇壩墳墜壘壯聲壺處備復頭誇奪奮獎奧婦媽孫學寧實寵審憲宮寬對尋導壽將爾塵嘗堯屍層屬岡島嶺崗峽帥師帳帶幫幣庫廟應廣開異棄張彌彎彈強歸當錄徹徑憶憂懷態慫憐總戀恆惱悅懸懇惡慘慣慚戰戲戶執擴掃揚擾撫拋摶搶護報擔擬擁攔擇掛撿換據損搖攜攝敵數齋斷無舊時曠曉曬術機殺雜權條來楊極構樞棗槍楓標棟樣檔橋檢樓榮歡歐殘殼毀畢氣漢湯溝沒滬淚澤潔測濟濃濤灑灣濕滾滿濾濫溫潤澀漲漸漁滲滅燈災爐點煉爛燒熱煙愛爺牆猶獄獨獅獲獻瑪現環產畫暢療瘋盜鹽監蓋盤眾睜矯礦碼確礎禮禱種稱積穩窮竊競筆籃籌簡糧緊紅約級紀純紙紋納紛組細終紹經綁統絕絡絲綜綠維綱網綿緒緩緣縮縱績繁織繞繪罰罷羅職聯肅腦腸膚臉臨舉艦艱艷蕭薦藍藥蘇虛蝦蠻襲訴診註証詩誓誕誘諒謀謎謠豬貓貞貢貧販貪貼貿賀賬賴賺購贈趨踴蹤軌軟軸輔輩輿辭邊邏郵鄰醬釘針鈔鉛銷鋒鋪銳鎖鏡鏈鑽閃閒閣闆闊闖陝陣隸雖霧靂響頂頃頌頓頗頻額顯飢飲飾餅餐養駐駕駛騎騙驅驟髮鬧魂鮮鷹麥齡"
)


@cache
def _masked_words() -> tuple[str, ...]:
    words: list[str] = tomllib.loads(tables.text("masked.toml"))["words"]
    return tuple(words)


def damage(case: int, index: int, text: str) -> list[Finding]:
    """Findings of the paragraph `text`, which is number `index` of case `case`."""
    found = [*_masked(case, index, text), *_numbers(case, index, text)]
    for kind, pattern in (("lost-year", _NO_YEAR), ("lost-month", _NO_MONTH)):
        found += [_at(case, kind, index, text, match.start(), match.end()) for match in pattern.finditer(text)]
    for match in _DOUBLED.finditer(text):
        if match[0] not in _MEANT and len(set(match[1])) > 1 and not _REPEATING.search(text[max(0, match.start() - 1) : match.end() + 1]):
            found.append(_at(case, "doubled-word", index, text, match.start(), match.end(), suggestion=match[1], around=0))
    odd = [place for place, character in enumerate(text) if character in _TRADITIONAL]
    if odd:
        found.append(_at(case, "odd-character", index, text, odd[0], odd[0] + 1))
    return found


def _at(case: int, kind: str, index: int, text: str, start: int, end: int, suggestion: str = "", around: int = 6) -> Finding:
    quote = text[max(0, start - around) : end + around]
    return Finding(case, kind, "warning", quote, index, start, end, suggestion)


def _masked(case: int, index: int, text: str) -> list[Finding]:
    """A single * between or before Chinese characters; bullets, footnotes and products of numbers are left out."""
    found = []
    for match in _MASK.finditer(text):
        start = match.start()
        before, after = text[max(0, start - 6) : start], text[match.end() : match.end() + 6]
        if not _fitting(before, after, len(match[0])) and not re.match(_HAN, after) and not (re.search(_HAN + "$", before) and after[:1] not in ("", "，", "。", "；", "、", "）", " ")):
            continue
        fitting = _fitting(before, after, len(match[0]))
        if not before and not fitting:
            continue
        quote = before[-4:] + match[0] + after[:4]
        found.append(Finding(case, "masked-character", "error", quote, index, start, match.end(), _restored(fitting)))
    return found


def _fitting(before: str, after: str, size: int) -> set[str]:
    """The commonly masked words that fit around `size` masks, at least one of their characters left to see."""
    return {
        word
        for word in _masked_words()
        for place in range(len(word) - size + 1)
        if len(word) > size and before.endswith(word[:place]) and after.startswith(word[place + size :])
    }


def _restored(fitting: set[str]) -> str:
    """The longest of the words, "" where none or several of one length fit."""
    longest = max(map(len, fitting), default=0)
    best = {word for word in fitting if len(word) == longest}
    return best.pop() if len(best) == 1 else ""


def _numbers(case: int, index: int, text: str) -> list[Finding]:
    found = [_at(case, "lost-number", index, text, m.start(), m.end()) for m in _DASHED.finditer(text)]
    found += [_at(case, "lost-number", index, text, m.start(), m.end()) for m in _BARE.finditer(text) if not _LOST_NUMBER.search(text[: m.end()][-16:])]
    for match in _LOST_NUMBER.finditer(text):
        if not _NOT_LOST.match(match[0]) and not re.search(r"[\d一二三四五六七八九十百千万几数两]$", text[: match.start()]):
            found.append(_at(case, "lost-number", index, text, match.start(), match.end()))
    return found
