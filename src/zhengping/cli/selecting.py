"""`zhengping select` and `compare-rules`: words on the command line -> awards with their reasons."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this group by `add(name, help=…)`."""
