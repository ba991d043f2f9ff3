"""`supabase/config.toml`: rendered whole, or laid into the one that a project already has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from ..errors import GenerateError
from ..spec import Spec

PATH = "config.toml"


def rendered(text: str, spec: Spec) -> str:
    """The rendering with the `[config]` table of wakti.toml laid over it."""
    if not spec.config:
        return text
    document = tomlkit.parse(text)
    _lay_over(document, spec.config)
    return tomlkit.dumps(document)


def merged(existing: str, text: str, place: str) -> str:
    """A project's own config.toml with what the backend needs: its functions and buckets.

    Comments and everything else stay. Raise GenerateError if it is not TOML.
    """
    try:
        document = tomlkit.parse(existing)
    except TOMLKitError as error:
        raise GenerateError(f"is not TOML: {error}", place=place) from None
    wanted = tomlkit.parse(text).unwrap()
    needed: dict[str, Any] = {}
    if functions := wanted.get("functions"):
        needed["functions"] = functions
    if buckets := wanted.get("storage", {}).get("buckets"):
        needed["storage"] = {"buckets": buckets}
    if _covers(document.unwrap(), needed):
        return existing
    _lay_over(document, needed)
    return tomlkit.dumps(document)


def size(number: int) -> str:
    """Bytes as config.toml writes them."""
    mebibytes, rest = divmod(number, 1024 * 1024)
    return f"{mebibytes}MiB" if not rest else f"{number}B"


def _lay_over(document: Any, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(document.get(key), Mapping):
            _lay_over(document[key], value)
        else:
            document[key] = value


def _covers(document: Mapping[str, Any], needed: Mapping[str, Any]) -> bool:
    """Whether every needed value is there already."""
    return all(
        _covers(document[key], value)
        if isinstance(value, Mapping) and isinstance(document.get(key), Mapping)
        else document.get(key) == value
        for key, value in needed.items()
    )
