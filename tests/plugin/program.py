"""What a forked process runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest


def run_pytest(arguments: Sequence[str]) -> None:
    """As `python -m pytest`, which finds modules of the folder where it runs."""
    sys.path.insert(0, "")
    sys.exit(pytest.main(list(arguments)))
