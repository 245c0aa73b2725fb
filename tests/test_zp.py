"""`./zp`: what it says, what it asks of pip's settings, and that a second run has nothing to do. Nothing here uses the network."""

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def load(path):
    """The program as a module."""
    loader = importlib.machinery.SourceFileLoader("zp", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("zp", loader))
    loader.exec_module(module)
    return module


zp = load(ROOT / "zp")
LOCK = r"""a==1 \
    --hash=sha256:aa \
    --hash=sha256:ab
    # via b
uv==0.9 ; sys_platform == 'linux' \
    --hash=sha256:bb
uvloop==1 \
    --hash=sha256:cc
"""


def run(*words, root=ROOT, language="C.UTF-8"):
    """Run the program as a user does; -> what it did."""
    environment = {**os.environ, "LC_ALL": language}
    return subprocess.run([sys.executable, str(root / "zp"), *words], capture_output=True, text=True, encoding="utf-8", env=environment)


@pytest.fixture
def copy(tmp_path):
    """A project with a set-up that is done, whose programs only say that they were started."""
    for name in ("zp", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("python", "zhengping"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (programs / name).chmod(0o755)
    (tmp_path / ".venv/zp-stamp").write_text(load(tmp_path / "zp").stamp_here("requirements.lock"))
    return tmp_path


@pytest.mark.parametrize(("language", "word"), [("C.UTF-8", "运行全部测试"), ("zh_CN.UTF-8", "运行全部测试"), ("en_US.UTF-8", "run all tests")])
def test_help_speaks_the_users_language(language, word):
    done = run("help", language=language)

    assert (done.returncode, word in done.stdout) == (0, True)
    assert [command for command in zp.COMMANDS if f"./zp {command}" not in done.stdout] == []


def test_a_second_run_has_nothing_to_set_up(copy):
    start = time.monotonic()
    done = run("test", "-k", "one", root=copy)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "python -m pytest -rs -k one")
    assert time.monotonic() - start < 2


def test_the_demo_takes_a_folder(copy):
    assert run("demo", "来稿", root=copy).stdout == "zhengping demo 来稿\n"


def test_an_unknown_command_names_the_known_ones():
    done = run("tset", language="en_US.UTF-8")

    assert (done.returncode, done.stderr) == (2, "There is no command “tset”; there are demo, test, lint, bench, screenshots, help.\n")


def test_what_is_not_on_the_machine_is_told_with_the_tests_left_out(monkeypatch, capsys):
    monkeypatch.setattr(zp, "TOOLS", [("no-such-program", ("/no/such/*/place",), "no-such-package", ("某些测试", "some tests")), ("sh", (), "dash", ("无", "none"))])
    monkeypatch.setattr(zp.os, "geteuid", lambda: 1000)

    absent = zp.install_tools()

    assert [row[2] for row in absent] == ["no-such-package"]
    assert "略过某些测试；安装后（sudo apt install no-such-package）" in capsys.readouterr().out


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 5)])
def test_a_supported_python_is_taken(version):
    zp.check_python(version)


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 10, 14), (3, 14, 0)])
def test_another_python_is_refused_in_one_sentence(version):
    with pytest.raises(zp.Trouble) as trouble:
        zp.check_python(version)

    assert str(trouble.value) == f"征评需要 Python 3.11 至 3.13，当前为 3.{version[1]}，请安装后用“python3.11 zp”运行。"


def test_a_python_without_venv_is_told_what_to_install():
    program = f"import runpy, sys; sys.modules['ensurepip'] = None; runpy.run_path({str(ROOT / 'zp')!r})['check_machine']()"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")

    assert "这台机器的 Python 缺少 venv 组件，请先运行“sudo apt install python3-venv”。" in done.stderr


@pytest.mark.parametrize("at", range(4))
def test_the_stamp_changes_with_each_of_its_parts(at):
    parts = [b"lock", b"project", "3.11.7", "/here"]
    changed = [part + part[:1] if place == at else part for place, part in enumerate(parts)]

    assert zp.stamp(*parts) == zp.stamp(*parts)
    assert zp.stamp(*parts) != zp.stamp(*changed)


def test_a_changed_lock_asks_for_a_new_set_up(copy):
    program = load(copy / "zp")
    before = program.stamp_here("requirements.lock")

    with (copy / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")

    assert program.stamp_here("requirements.lock") != before


def test_the_installer_is_pinned_with_its_hashes():
    assert zp.pinned(LOCK, ["uv", "a"]) == "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab\nuv==0.9 ; sys_platform == 'linux' \\\n    --hash=sha256:bb"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-bench.lock"])
def test_a_lock_pins_all_that_a_set_up_needs(lock):
    text = (ROOT / lock).read_text("utf-8")
    names = {found["name"] for found in zp.PINNED.finditer(text)}

    assert {"uv", "hatchling", "editables"} - names == set()
    assert [found[0] for found in zp.PINNED.finditer(text) if "--hash=sha256:" not in found[0]] == []


def test_the_environment_wins_over_pips_files():
    listing = ":env:.index-url='https://b.example'\nglobal.index-url='https://a.example'\nglobal.extra-index-url='https://c.example\\nhttps://d.example'\n"

    assert zp.pip_settings(listing) == {"index-url": "https://b.example", "extra-index-url": "https://c.example\nhttps://d.example"}


def test_uv_asks_the_servers_that_pip_asks():
    settings = {
        "index-url": "https://a.example",
        "extra-index-url": "https://c.example\nhttps://d.example",
        "find-links": "/a /b",
        "cert": "/c.pem",
        "no-index": "true",
    }

    assert zp.uv_environment(settings, {}) == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://a.example",
        "UV_INDEX": "https://c.example https://d.example",
        "UV_FIND_LINKS": "/a,/b",
        "SSL_CERT_FILE": "/c.pem",
        "UV_NO_INDEX": "1",
    }


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_is_set_for_uv_already_stays(name):
    found = zp.uv_environment({"index-url": "https://a.example"}, {name: "https://mine.example"})

    assert {key: value for key, value in found.items() if "INDEX" in key and key != "UV_INDEX_STRATEGY"} == {name: "https://mine.example"}


@pytest.mark.parametrize(
    ("output", "why", "is_offline"),
    [
        ("WARNING: Retrying: Failed to establish a new connection\nERROR: No match for uv==1", "No match for uv==1", True),
        ("error: Failed to fetch: `x`\n  Caused by: dns error", "Failed to fetch: `x`", True),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES.", "THESE PACKAGES DO NOT MATCH THE HASHES", False),
        ("", "", False),
    ],
    ids=["pip without network", "uv without network", "wrong hash", "silent"],
)
def test_a_failed_step_says_why(output, why, is_offline):
    assert zp.reason(output) == (why, is_offline)


def test_a_step_that_fails_ends_with_one_sentence(capsys):
    with pytest.raises(zp.Trouble) as trouble:
        zp.step(3, 4, "安装依赖", [sys.executable, "-c", "import sys; sys.exit('error: disk full')"])

    assert str(trouble.value) == "“安装依赖”没有完成：disk full；请查明后再次运行。"
    assert capsys.readouterr().out.startswith("步骤 3/4 安装依赖 … 失败(")
