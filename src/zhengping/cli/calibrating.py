"""`zhengping calibrate` and `next-reads`: words on the command line -> estimates, and where further reads help most."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
