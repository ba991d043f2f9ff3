"""The keys of the official CLI's config.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

# Stands for any name in the reference.
ANY = "*"
# Every key with its default.
REFERENCE: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("reference.toml").read_text("utf-8")
)
