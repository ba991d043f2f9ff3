"""Public names that are imported when they are first asked for, so that a package is quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping


def imported(package: str, homes: Mapping[str, str], name: str) -> object:
    """A name of a package, from the module where it is at home; kept there for the next time.

    Parameters:
        homes: the module of each name.

    Raise AttributeError for any other name, as the package itself would.
    """
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(homes[name]), name)
    setattr(sys.modules[package], name, found)
    return found
