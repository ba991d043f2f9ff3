"""Files of environment variables, as the official CLI reads them."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from wakti_sb.errors import SpecError

# As godotenv, which the official CLI reads with, also takes an assignment.
_WITH_COLON = re.compile(r"(\s*(?:export\s+)?[A-Za-z0-9_.]+)\s*:(.*)", re.DOTALL)
# Its references: ${NAME} and $NAME, but not \$NAME.
_REFERENCE = re.compile(r"(\\)?\$(?:\{([A-Z0-9_]+)\}|([A-Z0-9_]+))")


def read(file: Path, place: str) -> dict[str, str]:
    """The variables that a file sets; none if it is not there.

    Parameters:
        place: what the file is called in errors.

    Raise SpecError, with the line, if one is not NAME=value. No value is ever in it.
    """
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"cannot be read: {error}", place=place) from error
    # Only a project with such a file waits for the library.
    from dotenv.parser import parse_stream

    values: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        original, line = binding.original
        colon = _WITH_COLON.match(original) if binding.value is None else None
        assigned = f"{colon[1]}={colon[2]}" if colon is not None else original
        if colon is not None:
            [binding] = parse_stream(StringIO(assigned))
        if binding.error or (binding.key is not None and binding.value is None):
            blank = len(original) - len(original.lstrip())
            line += original[:blank].count("\n")
            raise SpecError("this line is not NAME=value.", place=f"{place}:{line}")
        if binding.key is not None and binding.value is not None:
            literal = assigned.partition("=")[2].lstrip().startswith("'")
            values[binding.key] = binding.value if literal else _expand(binding.value, values)
    return values


def _expand(value: str, known: dict[str, str]) -> str:
    def look_up(found: re.Match[str]) -> str:
        escaped, braced, bare = found.groups()
        return found[0][1:] if escaped else known.get(braced or bare, "")

    return _REFERENCE.sub(look_up, value)
