"""Whole ways that people walk through the site, in Chromium."""

from __future__ import annotations

import re
import sqlite3
import time

import pytest
from tests.journeys import site
from tests.server.conftest import PASSWORD

SHORT = 15_000  # milliseconds


@pytest.fixture
def window(opened):
    """A window of a person's own; -> a maker of windows by width, closed at the end."""
    made = []

    def new(width=1280):
        context = opened.new_context(viewport={"width": width, "height": 800}, accept_downloads=True)
        context.set_default_timeout(SHORT)
        made.append(context)
        return context.new_page()

    yield new
    for context in made:
        context.close()


def letter(database, address: str) -> str:
    """The text of the newest letter to an address; the worker may still be writing it."""
    for _ in range(50):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as held:
            if found := held.execute('select body from mail_message where "to" = ? order by id desc limit 1', [address]).fetchone():
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address}")


def test_organiser_publishes_an_edition(small, window):
    address, _words, database = small
    page = window()
    site.enter(page, address, "organiser@example.org", PASSWORD)
    page.goto(f"{address}/o/e5/settings/notice/")
    page.fill("textarea[name=notice]", "样例启事：请各地推荐案例。")
    page.click("main form button.btn-primary")
    page.goto(f"{address}/o/e5/settings/publish/")
    assert page.locator(".badge.bad").count() == 0
    page.click("text=发布启事")
    page.wait_for_selector("text=已发布")
    page.click("text=查看启事")

    stranger = window(360)
    stranger.goto(page.url)
    assert "请各地推荐案例" in stranger.inner_text("main")
    assert "第五届案例征集" in letter(database, "jiangsu@example.org")


def test_unit_sends_a_case_from_a_narrow_screen(small, window):
    address, words, database = small
    page = window(360)
    page.goto(f"{address}/c/e4/")
    page.click("main a[href$='/submit/']")
    page.set_input_files("input[type=file]", words["paper"])
    page.click("text=上传并检查")
    page.wait_for_url("**/s/**")
    assert "尚未报送" in page.inner_text("main")
    assert page.input_value("#id_title").startswith(("“青蓝", "打造", "技能", "科技", "校企", "建设"))
    page.fill("#id_title", "订正后的案例名称促进人才成长")
    page.fill("#id_contact_name", "样例联系人")
    page.fill("#id_contact_email", "sender@example.org")
    page.check("#id_consents")
    page.click("text=保存，并用邮箱确认报送")
    page.wait_for_selector("text=确认链接已发往")
    link = re.search(r"https?://\S+/confirm/\S+", letter(database, "sender@example.org"))[0]
    page.goto(link)
    page.click("main form button")
    page.wait_for_selector("text=已报送，案例编号")
    with page.expect_download() as kept:
        page.click("text=下载回执")

    assert kept.value.path().read_bytes().startswith(b"%PDF")
    assert "订正后的案例名称" in page.inner_text("h1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_province_marks_and_seals(small, window):
    address, _words, database = small
    page = window()
    site.enter(page, address, "screener@example.org", PASSWORD)
    page.goto(f"{address}/p/e4/320000/")
    page.click("a[data-row]")
    choice = "1"
    while page.locator("button[value=next]").count() and page.locator("fieldset input[type=radio]").count():
        page.keyboard.press(choice)
        page.fill("[name=reason]", "做法可以推广。" if choice == "1" else "材料完整。")
        before = page.url
        page.click("button[value=next]")
        page.wait_for_load_state()
        choice = "2"
        if page.url == before or "/cases/" not in page.url:
            break
    page.goto(f"{address}/p/e4/320000/?mark=none")
    assert page.locator("a[data-row]").count() == 0
    page.goto(f"{address}/p/e4/320000/seal/")
    page.fill("input[type=password]", PASSWORD)
    page.check("input[type=checkbox]")
    page.click("text=确认上报")
    page.wait_for_selector("text=已上报")
    with page.expect_download() as kept:
        page.click("a:has-text('打印汇总表')")

    assert kept.value.path().read_bytes().startswith(b"%PDF")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as held:
        assert held.execute("select count(*) from screening_seal where returned_at is null").fetchone() == (1,)
    page.goto(f"{address}/p/e4/320000/")
    page.click("a[data-row] >> nth=0")
    assert page.locator("button[value=next]").count() == 0  # nothing changes after the seal


def test_organiser_codes_by_keyboard(small, window):
    address, _words, database = small
    page = window()
    site.enter(page, address, "organiser@example.org", PASSWORD)
    page.goto(f"{address}/o/e4/queue/")
    first = page.inner_text("main h2 >> nth=0")

    def confirmed():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as held:
            return held.execute("select count(*) from submission_coding where source = 'person' and undone_at is null").fetchone()[0]

    at_start = confirmed()
    page.keyboard.press("3")
    assert page.locator("input[name=theme]:checked").get_attribute("data-key") == "3"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("main h2 >> nth=0") != first
    assert confirmed() == at_start + 1
    with page.expect_navigation():
        page.keyboard.press("u")
    assert confirmed() == at_start
    with page.expect_navigation():
        page.keyboard.press("j")
    assert "skip=" in page.url


def test_the_pages_work_without_scripts(small, opened):
    address, words, _database = small
    context = opened.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/c/e4/submit/")
    page.set_input_files("input[type=file]", words["paper"])
    page.click("text=上传并检查")

    assert "/s/" in page.url
    assert "读到的内容" in page.inner_text("main")
    context.close()


def test_a_security_key_is_set_up_and_then_asked_for(small, opened):
    address = small[0].replace("127.0.0.1", "localhost")  # a key is bound to a name, not to a number
    context = opened.new_context()
    context.set_default_timeout(SHORT)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    site.enter(page, address, "key@example.org", PASSWORD)
    page.goto(f"{address}/account/2fa/webauthn/add/")
    page.fill("main input[type=password]", PASSWORD)  # who adds a key is asked once more
    page.click("main form button[type=submit]")
    page.fill("input[name=name]", "样例钥匙")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(f"{address}/account/logout/")
    page.click("main form button")
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", "key@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/2fa/authenticate/**")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(lambda url: "/authenticate/" not in url)
    page.goto(f"{address}/mine/")

    assert page.locator("h1").inner_text() == "我的报送"
    context.close()
