"""Where the SQL, the edge function and the pages are: the checkout, or the copy in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """The folder that holds `sql/`, `edge_function_templates/` and `docs/`.

    The wheel carries them under `wakti_sb/_sources/`; in a checkout they lie beside the package.
    """
    carried = _PACKAGE / "_sources"
    return carried if carried.is_dir() else _PACKAGE.parent
