"""Nothing that a judge types is lost: connection gone, page left at once, two windows, the server killed."""

from __future__ import annotations

import sqlite3
import time

import pytest
from tests.journeys import site
from tests.server.conftest import PASSWORD

SHORT = 20_000  # milliseconds
MARK, NOTES = "#id_mark0", "#id_notes"


@pytest.fixture(scope="module")
def judging(opened, tmp_path_factory):
    """A site with a judge: address, words, folder."""
    folder = tmp_path_factory.mktemp("sheets")
    with site.served(folder, kind="sheets") as (address, words):
        yield address, words, folder


@pytest.fixture
def judge(opened, judging):
    """The judge's browser: -> its context and a maker of tabs with a sheet."""
    address, words, _folder = judging
    context = opened.new_context(viewport={"width": 1024, "height": 768})
    context.set_default_timeout(SHORT)
    site.enter(context.new_page(), address, "judge@example.org", PASSWORD)

    def tab(at: int):
        page = context.new_page()
        page.goto(f"{address}/j/sheet/{words[f'sheet{at}']}/")
        return page

    yield context, tab
    context.close()


def write(page, mark: str, notes: str) -> None:
    """Type a mark and notes, key by key."""
    page.fill(MARK, "")
    page.type(MARK, mark)
    page.fill(NOTES, "")
    page.type(NOTES, notes)


def typed(page) -> tuple[str, str]:
    """What stands in the fields."""
    return page.input_value(MARK), page.input_value(NOTES)


def kept(judging, at: int) -> tuple[str, str]:
    """What the server keeps of a sheet."""
    _address, words, folder = judging
    with sqlite3.connect(f"file:{folder / 'site' / 'zhengping.sqlite3'}?mode=ro", uri=True) as held:
        row = held.execute("select id, notes from judging_sheet where assignment_id = ?", [words[f"sheet{at}"]]).fetchone()
        mark = held.execute("select value from judging_mark where sheet_id = ?", [row[0]]).fetchone() if row else None
    return (f"{float(mark[0]):g}" if mark else "", row[1] if row else "")


def arrives(judging, at: int, wanted: tuple[str, str], seconds: float = 40) -> None:
    """Wait until the server keeps it."""
    end = time.monotonic() + seconds
    while kept(judging, at) != wanted and time.monotonic() < end:
        time.sleep(0.2)
    assert kept(judging, at) == wanted


def test_words_typed_without_a_connection_arrive_once_it_is_back(judging, judge):
    context, tab = judge
    page = tab(0)
    context.set_offline(True)
    write(page, "81", "断线时写下的意见")
    page.wait_for_selector("#sheet-state:has-text('已存在本机')")
    before = kept(judging, 0)
    context.set_offline(False)

    assert before == ("", "")
    arrives(judging, 0, ("81", "断线时写下的意见"))


def test_a_tab_closed_without_a_connection_gives_its_words_to_the_next(judging, judge):
    context, tab = judge
    page = tab(1)
    context.set_offline(True)
    write(page, "72", "关闭页面前写下的意见")
    page.close()
    context.set_offline(False)
    again = tab(1)

    assert typed(again) == ("72", "关闭页面前写下的意见")
    arrives(judging, 1, ("72", "关闭页面前写下的意见"))


def test_a_page_loaded_again_in_the_middle_of_a_word_holds_it(judging, judge):
    _context, tab = judge
    page = tab(1)
    write(page, "73.5", "还没有自动保存就刷新")
    page.reload()

    assert typed(page) == ("73.5", "还没有自动保存就刷新")
    arrives(judging, 1, ("73.5", "还没有自动保存就刷新"))


def test_two_windows_lose_neither_ones_words(judging, judge):
    _context, tab = judge
    one, other = tab(2), tab(2)
    write(one, "64", "第一个窗口的意见")
    arrives(judging, 2, ("64", "第一个窗口的意见"))
    write(other, "66", "第二个窗口的意见")
    other.wait_for_selector("#sheet-clash:not([hidden])")
    shown, own, held = other.inner_text("#sheet-theirs"), typed(other), kept(judging, 2)
    other.click("#keep-mine")

    assert "第一个窗口的意见" in shown and "64" in shown
    assert own == ("66", "第二个窗口的意见") and held == ("64", "第一个窗口的意见")  # nothing was overwritten unasked
    arrives(judging, 2, ("66", "第二个窗口的意见"))


def test_words_typed_while_the_server_is_killed_arrive_when_it_is_back(judging, judge):
    address, words, folder = judging
    _context, tab = judge
    page = tab(3)
    write(page, "90", "服务器停机以前")
    arrives(judging, 3, ("90", "服务器停机以前"))
    write(page, "91", "按键的同时服务器被强行停止")
    server = site.start_again(int(words["server"]), address, folder / "again.log")
    try:
        assert typed(page) == ("91", "按键的同时服务器被强行停止")
        arrives(judging, 3, ("91", "按键的同时服务器被强行停止"))
    finally:
        server.terminate()
        server.wait(20)
