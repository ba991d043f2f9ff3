"""What docs/rls.md shows works."""

from __future__ import annotations

import re
from pathlib import Path

from wakti_sb.spec import parse

PAGE = Path(__file__).parent.parent.parent / "docs" / "rls.md"


def test_the_models_in_the_documentation_can_be_read() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    spec = parse("\n".join(blocks))
    assert [str(owned.table) for owned in spec.owned] == [
        "public.notebooks",
        "public.notes",
        "public.documents",
    ]
