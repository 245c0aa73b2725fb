"""The way of the article in Chromium: the editor changes a number, sees the mark, mends it, publishes; a reader finds a case from the article."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.journeys import site
from tests.server.conftest import PASSWORD

PICTURES = os.environ.get("ZHENGPING_PICTURES", "")  # a folder that keeps what was seen


def seen(page, name):
    """Keep a picture where a folder is named."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"article-{name}.png"), full_page=True)


@pytest.fixture
def page(opened):
    """A window."""
    context = opened.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_a_changed_number_is_marked_mended_and_published_and_a_reader_finds_the_case(small, opened, page):
    address = small[0]
    site.enter(page, address, "organiser@example.org", PASSWORD)
    page.goto(f"{address}/o/gone/roundup/")
    page.click('button:has-text("起草综述")')
    page.click("button[value=hold]", timeout=60_000)
    area = page.locator("textarea", has_text="案例6篇")
    area.fill(area.input_value().replace("案例6篇", "案例9篇"))
    page.wait_for_selector(".told.is-wrong mark >> text=9篇")
    seen(page, "1-marked")
    assert page.inner_text("#wrong-count") == "1"

    page.click("[data-adopt]")
    page.wait_for_selector(".told.is-wrong", state="detached")
    assert "案例6篇" in area.input_value()
    page.locator("textarea", has_text="主要做法如下").evaluate("area => { area.value = area.value.replace('主要做法如下', '有关做法如下'); }")
    page.click("button[value=finish]")
    page.goto(f"{address}/o/gone/roundup/publish/")
    seen(page, "2-publish")
    page.click("button[value=publish]")
    page.wait_for_selector("text=综述已发布")

    context = opened.new_context(viewport={"width": 360, "height": 800})
    reader = context.new_page()
    reader.goto(f"{address}/c/gone/roundup/")
    seen(reader, "3-article")
    link = reader.locator('article a[href*="/c/gone/cases/"]').first
    number = re.search(r"/cases/(\d+)/", link.get_attribute("href"))[1]
    link.click()
    reader.wait_for_url(f"**/cases/{number}/")
    seen(reader, "4-case")
    assert "有关做法如下" not in reader.inner_text("main") and reader.locator("h1").inner_text()
    context.close()
