"""`./zp screenshots [FOLDER]`: a picture of every page in both languages, wide and narrow, into screenshots/."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.journeys import site


def main(words: list[str]) -> int:
    """Take the pictures; -> the exit code."""
    if not site.chromium():
        print("没有 Chromium，不能拍图。 There is no Chromium, so no pictures can be taken.", file=sys.stderr)
        return 3
    folder = Path(words[0] if words else site.ROOT / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with tempfile.TemporaryDirectory() as data, site.served(Path(data)) as (address, names), site.browser() as opened:
        for page, who, name, language, width, _status, _said in site.shown(opened, address, names):
            known = {word: key for key, word in names.items() if len(word) > 8}
            told = name
            for word, key in known.items():  # keys are new each time
                told = told.replace(word, key)
            file = re.sub(r"[^\w-]+", "-", told).strip("-") or "home"
            page.screenshot(path=folder / f"{who or 'everyone'}-{file}-{language}-{width}.png", full_page=True)
            count += 1
            print(f"\r{count} {file[:60]:60}", end="", flush=True)
    print(f"\n{folder}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
