"""Values of config.toml, as the official CLI reads them: `"54321"` is a number, `"50MB"` a size.

It decodes loosely (spf13/viper with mapstructure's weakly typed input), sizes with docker/go-units,
durations with Go's time.ParseDuration.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wakti_sb.errors import SpecError
from wakti_sb.stack import dotenv

FILE = Path("supabase") / "config.toml"

_SHOWN = 60  # characters of a value in an error

# Where a value stands: its keys, or all of them in one text with dots between.
Place = str | tuple[str, ...]

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False", ""})
_REFERENCE = re.compile(r"env\((.*)\)\Z", re.DOTALL)
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgtp])?i?b?\Z", re.IGNORECASE)
_DURATION = re.compile(r"(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+\Z")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


class Document:
    """A config.toml; its keys are found whatever their case, and `env(NAME)` is looked up.

    Parameters:
        project: the folder with `supabase/`, whose `.env` files may set variables.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._env: dict[str, str] | None = None
        try:
            self.data: dict[str, Any] = tomllib.loads((project / FILE).read_text("utf-8-sig"))
        except FileNotFoundError:
            self.data = {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SpecError(f"cannot be read: {error}", place=str(FILE)) from error

    def table(self, path: Place) -> dict[str, Any]:
        """A table, empty if there is none. Raise SpecError if it is something else."""
        value = self._find(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _wrong(path, value, "a table")
        return value

    def text(self, path: Place, default: str = "") -> str:
        """A text; a number or a truth value becomes one."""
        value = self._value(path)
        if value is None:
            return default
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, (str, int, float)):
            return str(value)
        raise _wrong(path, value, "a text")

    def secret(self, path: Place) -> str:
        """A text; empty if it names a variable that is not set."""
        text = self.text(path)
        return "" if _REFERENCE.match(text) else text

    def flag(self, path: Place, default: bool) -> bool:
        """A truth value; a number or a text may stand for one."""
        value = self._value(path)
        if value is None:
            return default
        if isinstance(value, str) and value in _TRUE | _FALSE:
            return value in _TRUE
        if isinstance(value, (bool, int)):
            return bool(value)
        raise _wrong(path, value, "true or false")

    def number(self, path: Place, default: int, *, most: int | None = None) -> int:
        """A whole number that is not negative; a text may stand for one."""
        value = self._value(path)
        if value is None:
            return default
        try:
            number = int(value, 0) if isinstance(value, str) else int(value)
        except (TypeError, ValueError):
            raise _wrong(path, value, "a number") from None
        if isinstance(value, float) and not value.is_integer():
            raise _wrong(path, value, "a number")
        if isinstance(value, bool) or number < 0 or (most is not None and number > most):
            said = "a number" if most is None else f"a number up to {most}"
            raise _wrong(path, value, said)
        return number

    def port(self, path: Place, default: int) -> int:
        """A port."""
        return self.number(path, default, most=65535) or default

    def names(self, path: Place, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; one text may list them with commas."""
        value = self._value(path)
        if value is None:
            return default
        if isinstance(value, str):
            return tuple(value.split(",")) if value else ()
        if not isinstance(value, list) or not all(isinstance(one, (str, int)) for one in value):
            raise _wrong(path, value, "a list of texts")
        return tuple(self._resolved(str(one)) for one in value)

    def size(self, path: Place) -> int | None:
        """Bytes; None if nothing is said. KB and KiB are both 1024 of them, as to the CLI."""
        value = self._value(path)
        if value is None or value == "":
            return None
        found = _SIZE.match(str(value).strip())
        if found is None:
            raise _wrong(path, value, "a size such as 10MiB")
        return int(float(found[1]) * 1024 ** _POWERS[(found[2] or "").lower()])

    def seconds(self, path: Place, default: float) -> float:
        """A duration such as `1h30m`; a number counts nanoseconds, as in Go."""
        value = self._value(path)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value / 1e9
        text = str(value)
        if text == "0":
            return 0.0
        if _DURATION.match(text) is None:
            raise _wrong(path, value, "a duration such as 10s")
        parts = re.findall(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)", text)
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)

    def like(self, path: str, shape: Mapping[str, Any]) -> dict[str, Any]:
        """A table with each value of the type that it has in `shape`; others as they are.

        Parameters:
            shape: keys with a value of the right type, `*` for any key.
        """
        return self._like(tuple(path.split(".")), self.table(path), shape)

    def _like(
        self, place: tuple[str, ...], table: Mapping[str, Any], shape: Mapping[str, Any]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in table.items():
            known = shape.get(key.lower(), shape.get("*"))
            here = (*place, key)
            # A name that is chosen freely is no key, and keeps its case.
            name = key.lower() if key.lower() in shape else key
            if isinstance(value, dict):
                found[name] = self._like(here, value, known if isinstance(known, dict) else {})
            elif isinstance(known, bool):
                found[name] = self.flag(here, known)
            elif isinstance(known, int):
                found[name] = self.number(here, known)
            elif isinstance(known, list):
                found[name] = list(self.names(here))
            elif isinstance(known, str) and not isinstance(value, int):
                found[name] = self.text(here)
            else:
                found[name] = value
        return found

    def _value(self, path: Place) -> Any:
        value = self._find(path)
        return self._resolved(value) if isinstance(value, str) else value

    def _find(self, path: Place) -> Any:
        value: Any = self.data
        for part in _parts(path):
            if not isinstance(value, dict):
                return None
            value = _item(value, part)
        return value

    def _resolved(self, text: str) -> str:
        """What env(NAME) stands for; the text itself if that variable is not set."""
        found = _REFERENCE.match(text)
        return (self._environment().get(found[1]) or text) if found else text

    def _environment(self) -> Mapping[str, str]:
        """The person's, then that of the files which the official CLI reads, the nearest first."""
        if self._env is None:
            env = dict(os.environ)
            kind = env.get("SUPABASE_ENV") or "development"
            names = [f".env.{kind}.local", f".env.{kind}", ".env"]
            if kind != "test":
                names.insert(1, ".env.local")
            for folder in (self._project / "supabase", self._project):
                for name in names:
                    place = os.path.relpath(folder / name, self._project)
                    env = {**dotenv.read(folder / name, place), **env}
            self._env = env
        return self._env


def _parts(path: Place) -> tuple[str, ...]:
    return path if isinstance(path, tuple) else tuple(path.split("."))


def _item(table: Mapping[str, Any], name: str) -> Any:
    """The value of a key: by its very name, else whatever its case."""
    if name in table:
        return table[name]
    return next((value for key, value in table.items() if key.lower() == name.lower()), None)


def _wrong(path: Place, value: object, wanted: str) -> SpecError:
    *section, key = _parts(path)
    where = f"[{'.'.join(section)}] {key}" if section else key
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return SpecError(f"{where} = {shown} is not {wanted}.", place=str(FILE))
