"""`zhengping scrutinise` and `judging-report`: words on the command line -> alerts, and the report on a judging."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
