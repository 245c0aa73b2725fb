from __future__ import annotations

import pytest

from zhengping.engine.folder.edition import EditionError, load


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = '甲'", "titel”不是可用的项"),
        ("deadlin = '2026-01-01'", "deadline"),
        ("name = ", "TOML"),
        ("number = '四'", "类型"),
        ("invited = ['北京市', '江苏苏']", "江苏省"),
        ("[[parts]]\nkind = 'a'\nname = 'b'\nlimits = 3", "limit"),
    ],
)
def test_a_wrong_edition_file_is_told_with_the_nearest_right_word(tmp_path, text, said):
    path = tmp_path / "edition.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(EditionError, match=said):
        load(path)


def test_an_edition_file_of_a_windows_editor_is_read(tmp_path):
    path = tmp_path / "edition.toml"
    path.write_bytes('﻿name = "甲"\ninvited = ["江苏", "兵团"]\n'.encode())

    assert load(path).invited == ("320000", "660000")
