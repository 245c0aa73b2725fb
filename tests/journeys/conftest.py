"""Chromium and sites for it; without Chromium the tests are left out and say so."""

from __future__ import annotations

import pytest
from tests.journeys import site


@pytest.fixture(scope="session")
def opened():
    """The browser."""
    if not site.chromium():
        pytest.skip("there is no Chromium on this machine; install it (apt-get install chromium) to try the pages in a browser")
    with site.browser() as found:
        yield found


@pytest.fixture(scope="session")
def demonstration(opened, tmp_path_factory):
    """The demonstration: its address and the words of its pages."""
    with site.served(tmp_path_factory.mktemp("demonstration")) as found:
        yield found


@pytest.fixture(scope="session")
def small(opened, tmp_path_factory):
    """A small site: its address, the words, its database."""
    folder = tmp_path_factory.mktemp("small")
    with site.served(folder, kind="small") as (address, words):
        yield address, words, folder / "site" / "zhengping.sqlite3"
