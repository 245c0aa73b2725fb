from __future__ import annotations

from dataclasses import replace

from zhengping.engine import reading
from zhengping.engine.record import Arrival, Document, IncomingFile
from zhengping.samples import writers
from zhengping.samples.writers import Paper


def document(data: bytes, *path: str) -> Document:
    """A file read, as it arrived at a path."""
    found = reading.read(IncomingFile(path[-1], data))
    return replace(found, arrivals=(Arrival(path[-1], found.sha256, len(data), path[:-1]),))


def test_a_free_paper_gives_title_unit_and_parts(word, paper):
    case = reading.draft([document(word, "江苏省", "a.docx")]).cases[0]

    assert (case.title, case.unit, case.province, [part.kind for part in case.parts]) == (paper.title, paper.unit, "320000", ["background", "implementation"])


def test_personal_data_do_not_go_on_with_the_text(paper):
    said = Paper(paper.title, paper.unit, (*paper.parts, ("成效", ("详情请致电13912345678或写信至a.b@example.cn咨询。",))))

    case = reading.draft([document(writers.docx(said, False), "a.docx")]).cases[0]

    assert "13912345678" not in case.text
    assert {(datum.kind, datum.value) for datum in case.personal} == {("telephone", "13912345678"), ("e-mail", "a.b@example.cn")}


def test_text_form_and_proof_of_one_folder_are_one_case(word, paper):
    form = Paper(paper.title, paper.unit, (), (("联系人", "示例甲"), ("所属领域", "人才工作")))
    proof = Paper("证明材料", "", (("", ("兹证明情况属实。",)),))
    files = [("正文.docx", word), ("申报表.docx", writers.docx(form, True)), ("证明材料.docx", writers.docx(proof, False))]

    cases = reading.draft([document(data, "江苏", "一", name) for name, data in files]).cases

    assert [len(case.documents) for case in cases] == [3]


def test_a_changed_copy_is_a_new_version(word, paper):
    later = Paper(paper.title, paper.unit, (*paper.parts, ("实施成效", ("人才总量增长12%。",))))
    documents = [document(word, "案例.docx"), document(writers.docx(later, False), "案例（修改稿）.docx")]

    draft = reading.draft(documents)

    assert [(case.documents, case.earlier) for case in draft.cases] == [((documents[1].sha256,), (documents[0].sha256,))]
    assert [finding.kind for finding in draft.findings] == ["changed-copy"]


def test_a_compilation_holds_several_cases(paper):
    papers = [Paper(f"样例标题之{n}：以{n}促改革", paper.unit, tuple((head, (text * 2,)) for head, (text,) in paper.parts)) for n in "甲乙丙"]

    cases = reading.draft([document(writers.compilation(papers), "汇编.docx")]).cases

    assert [case.title for case in cases] == [one.title for one in papers]


def test_rows_and_files_that_lack_each_other_are_found(word, paper):
    rows = [("1", paper.title, paper.unit, "重点推荐", ""), ("2", "没有文件的案例一则", "苏州市委组织部", "一般", "")]
    sheet = writers.xlsx(("序号", "案例名称", "报送单位", "推荐等次", "文件名"), rows, "江苏省汇总表")
    documents = [document(sheet, "江苏.zip", "汇总表.xlsx"), document(word, "江苏.zip", "a.docx")]

    draft = reading.draft(documents)

    assert [case.mark for case in draft.cases] == ["重点推荐"]
    assert [(finding.kind, finding.quote) for finding in draft.findings] == [("row-without-file", "没有文件的案例一则")]


def test_every_document_has_a_fate(sample):
    from zhengping.engine.folder.state import Journal, Kept

    documents = [row.document for row in Journal(sample / "out" / ".state" / "read.jsonl", Kept).rows() if row.document]

    draft = reading.draft(documents)

    assert {document.sha256 for document in documents} == {fate.sha256 for fate in draft.fates}


def test_a_title_that_could_name_a_unit_is_known_by_the_unit_below_it(paper):
    said = replace(paper, title="校企共建实验室", unit="江苏大学")

    case = reading.draft([document(writers.docx(said, False), "a.docx")]).cases[0]

    assert (case.title, case.unit) == ("校企共建实验室", "江苏大学")
