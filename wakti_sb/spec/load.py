"""Read `wakti.toml`; every mistake in it becomes one sentence that names section, key and value."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import SpecError
from .model import Spec


def load(path: Path) -> Spec:
    """Read the file at `path`. Raise SpecError if it is missing, broken or contradicts itself."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SpecError(
            "there is no wakti.toml here", place=str(path), remedy="wakti-sb init writes one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"cannot be read: {error}", place=str(path)) from None
    return parse(text, place=str(path))


def parse(text: str, *, place: str = "wakti.toml") -> Spec:
    """Read the text of a `wakti.toml`; `place` is what errors call it. Raise SpecError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"is not TOML: {error}", place=place) from None
    try:
        # By way of JSON: strict about numbers and texts, while arrays may become tuples.
        return Spec.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        sentences = [_sentence(detail, data) for detail in error.errors(include_url=False)]
        raise SpecError("\n  ".join(sentences), place=place) from None


def _sentence(error: ErrorDetails, data: dict[str, Any]) -> str:
    location = error["loc"]
    if not location:
        return _reason(error)
    section, key = _where(location, data)
    if error["type"] == "extra_forbidden":
        return f"{section}: {_unknown_key(location)}"
    if error["type"] == "missing":
        return f"{section}: {key} is missing"
    subject = f"{section}: {key} = {_shown(error['input'])}" if key else section
    return f"{subject}: {_reason(error)}"


def _reason(error: ErrorDetails) -> str:
    message = error["msg"]
    return message.removeprefix("Value error, ").replace("Input should", "should", 1)


def _where(location: Sequence[int | str], data: dict[str, Any]) -> tuple[str, str]:
    """The section as the file spells it, and the key inside it."""
    section, *rest = location
    if not rest:
        known = section in Spec.model_fields
        return (f"[{section}]" if known else "top level"), "" if known else str(section)
    if isinstance(rest[0], int):
        number, *rest = rest
        name = _name_of(data, str(section), int(number))
        return f"[[{section}]] {name}", ".".join(map(str, rest))
    return f"[{section}]", ".".join(map(str, rest))


def _name_of(data: dict[str, Any], section: str, number: int) -> str:
    """What the reader calls an entry: its table or name, else its place in the file."""
    try:
        entry = data[section][number]
        names = (entry.get(key) for key in ("table", "view", "name", "function", "object"))
        return str(next(name for name in names if name))
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError):
        return f"number {number + 1}"


def _unknown_key(location: Sequence[int | str]) -> str:
    key = str(location[-1])
    valid = _valid_keys(location[:-1])
    close = difflib.get_close_matches(key, valid, n=1)
    hint = f'did you mean "{close[0]}"? ' if close else ""
    return f'"{key}" is not known; {hint}valid are: {", ".join(valid)}'


def _valid_keys(location: Sequence[int | str]) -> list[str]:
    model: type[BaseModel] = Spec
    for part in location:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = _model_in(model.model_fields[part].annotation)
        if inner is not None:
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"
