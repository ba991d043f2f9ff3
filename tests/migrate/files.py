"""The type of the fixture `write`: names and texts of files in, migrations out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wakti_sb.migrate import Migration

Write = Callable[[Mapping[str, str]], tuple[Migration, ...]]
