"""Files of secrets, NAME=value a line, as `supabase secrets set --env-file` reads them."""

from __future__ import annotations

import re
from pathlib import Path

import click

from wakti_sb.errors import UsageError

_LINE = re.compile(r"""(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*))""")
_LONGEST_NAME, _LONGEST_VALUE = 256, 24_576  # the platform's limits

option = click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Secrets for the functions, NAME=value a line; only those that differ are set.",
)


def read(file: Path | None) -> dict[str, str]:
    """The secrets of a file; none without one. Raise UsageError for one that cannot be set."""
    if file is None:
        return {}
    values = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        place = f"{file}:{number}"
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError("this line is not NAME=value.", place=place)
        name = match[1]
        value = next(part for part in match.groups()[1:] if part is not None)
        if name.startswith("SUPABASE_"):
            raise UsageError(f"{name}: names with SUPABASE_ are the platform's own.", place=place)
        if len(name) > _LONGEST_NAME or len(value) > _LONGEST_VALUE:
            raise UsageError(
                f"{name} is too long: {_LONGEST_NAME} characters for a name and"
                f" {_LONGEST_VALUE} for a value.",
                place=place,
            )
        values[name] = value
    return values
