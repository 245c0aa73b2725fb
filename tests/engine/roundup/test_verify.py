from __future__ import annotations

import re

import pytest
from docx import Document

from zhengping.cli import main
from zhengping.engine import chains, roundup
from zhengping.engine.figures import count
from zhengping.engine.folder import edition, register
from zhengping.engine.record import Case, Coding, EarlierEdition, Edition, Entry, Place

EDITION = Edition(name="示例征集", number=4, year=2026, deadline="2026-07-31", earlier=(EarlierEdition(3, 2025, 5),))


def entry(number, place, division, unit, text, theme="rural"):
    case = Case(number, f"案例{number}", unit, (text,))
    return Entry(case, Coding(number, Place(division, place), unit, "组织部门", "县级", (theme,)))


ENTRIES = (
    entry(1, "浙江省湖州市安吉县", "330523", "安吉县委组织部", "选派科技特派员45名，建成白茶专家工作站3个，推行“一村一专家”。"),
    entry(2, "福建省宁德市寿宁县", "350924", "寿宁县委组织部", "开设田间课堂，培训茶农1200人次，户均增收8000元，推广“茶师帮带”。"),
)
FIGURES = count(ENTRIES, EDITION)


def wrong(text):
    return [(claim.kind, claim.quote, claim.nearest) for claim in roundup.verify(text, ENTRIES, FIGURES, EDITION) if not claim.is_borne_out]


@pytest.mark.parametrize(
    "sentence",
    [
        "浙江省湖州市安吉县委组织部选派科技特派员45名，建成白茶专家工作站3个。",
        "如安吉县选派科技特派员45名，推行“一村一专家”。",
        "福建省宁德市寿宁县开设了田间课堂，共培训茶农1200人次。户均增收8000元。",
        "征集活动共收到来自2个省级单位的案例2篇，比上一届减少3篇。",
        "组织部门来稿2篇，占100%，占大多数。",
        "截至7月31日，“示例征集”收到案例2篇。",
        "安吉县、寿宁县也提供了这方面的案例。",
        "脱贫攻坚和乡村振兴人才支撑\n这方面收到案例2篇。请专家和科技特派员进村入户。如安吉县选派科技特派员45名。",
    ],
)
def test_what_is_true_is_borne_out(sentence):
    assert wrong(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind", "quote", "nearest"),
    [
        ("安吉县委组织部选派科技特派员47名，建成白茶专家工作站3个。", "number", "47名", "45名"),
        ("安吉县委组织部选派科技特派员1200名。", "number", "1200名", "45名"),
        ("安吉县开设田间课堂，培训茶农1200人次。", "measure", "开设田间课堂，培训茶农1200人次", "寿宁县委组织部（案例2）"),
        ("安吉县推行“一村两专家”，选派科技特派员45名。", "quotation", "一村两专家", "一村一专家"),
        ("浙江省湖州市德清县委组织部选派科技特派员45名。", "unit", "浙江省湖州市德清县委组织部", "浙江省湖州市安吉县委组织部"),
        ("征集活动共收到案例3篇。", "number", "3篇", "2篇"),
        ("来稿数量比上一届增加3篇。", "trend", "增加", "减少"),
        ("征集活动截至7月30日截稿，收到案例2篇。", "number", "7月30日", "7月31日"),
        ("2个省级单位报来2篇案例，浙江来稿2篇。", "number", "2篇", "1篇（浙江）"),
    ],
)
def test_what_is_false_is_told_with_the_nearest_true_value(sentence, kind, quote, nearest):
    assert (kind, quote, nearest) in wrong(sentence)


def test_digits_of_a_name_count_nothing():
    call = Edition(name="案例征集 e4", number=4, year=2026, hosts=("第706研究所",))

    assert [c for c in roundup.verify("第706研究所举办了“案例征集 e4”活动。\n案例征集 e4收到案例2篇。", ENTRIES, count(ENTRIES, call), call) if not c.is_borne_out] == []


def test_a_count_in_a_theme_is_the_count_of_that_theme():
    assert wrong("脱贫攻坚和乡村振兴人才支撑\n这方面的案例有2篇，来自2个省级单位。") == []
    assert wrong("产学研合作与成果转化\n这方面的案例有2篇，来自2个省级单位。") != []


def test_an_article_of_a_whole_edition_is_borne_out(sample):
    entries, call = register.read(sample / "out" / "register.jsonl"), edition.load(sample / "edition.toml")
    found = chains.overview(entries, call)

    assert [claim for claim in roundup.verify(found.round_up.text, entries, found.figures, call) if not claim.is_borne_out] == []


def test_a_number_changed_in_word_is_found(sample, tmp_path, capsys):
    written = Document(str(sample / "out" / "roundup.docx"))
    paragraph = next(p for p in written.paragraphs if "共收到" in p.text)
    paragraph.text = re.sub(r"案例(\d+)篇", lambda found: f"案例{int(found[1]) + 1}篇", paragraph.text, count=1)
    written.save(tmp_path / "changed.docx")

    unchanged = main(["verify", str(sample / "out" / "roundup.docx"), "--register", str(sample / "out" / "register.jsonl")])
    changed = main(["verify", str(tmp_path / "changed.docx"), "--register", str(sample / "out" / "register.jsonl")])

    assert (unchanged, changed) == (0, 1)
    assert "与登记表不符" in capsys.readouterr().out


def test_a_file_that_holds_no_text_is_told(sample, tmp_path):
    (tmp_path / "empty.docx").write_bytes(b"")

    assert main(["verify", str(tmp_path / "empty.docx"), "--register", str(sample / "out")]) == 3
