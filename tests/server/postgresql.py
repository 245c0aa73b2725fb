"""A PostgreSQL of the tests' own, on a free port of loopback; it ends with the process that started it."""

from __future__ import annotations

import atexit
import glob
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"  # what a crash of the machine would lose is of no worth here


def start() -> str:
    """Make a cluster and start it; -> its address as `ZHENGPING_DATABASE` takes it. Raises RuntimeError where there is no PostgreSQL."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    home = programs[-1] if programs else os.path.dirname(shutil.which("postgres") or "")
    if not home:
        raise RuntimeError("there is no PostgreSQL on this machine; install it (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="zhengping-postgresql-"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    control = [*as_owner, f"{home}/pg_ctl", "-D", str(folder / "data"), "-w"]
    subprocess.run([*as_owner, f"{home}/initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], **quiet)
    subprocess.run([*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {QUICK}", "-l", str(folder / "log"), "start"], **quiet)
    atexit.register(_end, control, folder)
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


def _end(control: list[str], folder: Path) -> None:
    subprocess.run([*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)
