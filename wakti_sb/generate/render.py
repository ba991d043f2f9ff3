"""Render the sources: Jinja with the spec, the policy model and the quoting filters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)

from ..errors import GenerateError
from ..spec import Nobody, Right, Spec, admits_anon
from . import config, quoting
from .derive import policy_model

SUFFIX = ".j2"
_HERE = Path(__file__).resolve().parent
_CONFIG = "config.toml.j2"
_README = "README.md.j2"
_TABLE = "table.sql.j2"


class Renderer:
    """Renders files under one folder of sources for one spec.

    A file ending in `.j2` is a template and sees `spec`, `model`, the filters of `quoting` and
    `text_of(source)`, another source as it is; any other file is its own rendering.
    """

    def __init__(self, spec: Spec, root: Path) -> None:
        self._spec = spec
        self._root = root
        # Sources are SQL, TypeScript and TOML, not HTML: escaping is the filters' work.
        self.jinja = Environment(
            loader=ChoiceLoader([FileSystemLoader(root), FileSystemLoader(_HERE)]),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  (what is rendered is SQL and TypeScript, no HTML)
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.jinja.globals.update(spec=spec, model=policy_model(spec), text_of=self._text)
        self.jinja.filters.update(
            ident=quoting.ident,
            relation=quoting.relation,
            literal=quoting.literal,
            text_array=quoting.text_array,
            comment=quoting.comment,
            signature=quoting.signature,
            api_roles=_api_roles,
            size=config.size,
        )

    def render(self, source: str) -> str:
        """The text that the source becomes. Raise GenerateError with file and line."""
        if source.endswith(SUFFIX):
            text = self._template(source, self._root / source)
            return _tidy(text) if source.endswith(f".sql{SUFFIX}") else text
        return self._text(source)

    def render_config(self, functions: tuple[str, ...]) -> str:
        """The text of `supabase/config.toml` for a project with these edge functions."""
        limits = [b.file_size_limit or self._spec.limits.file for b in self._spec.bucket]
        text = self._template(
            _CONFIG,
            _HERE / _CONFIG,
            functions=functions,
            largest_file=config.size(max(limits, default=self._spec.limits.file)),
        )
        return config.rendered(_tidy(text), self._spec)

    def render_readme(self, functions: tuple[str, ...]) -> str:
        """The text of `supabase/README.md` for a project with these edge functions."""
        return _tidy(self._template(_README, _HERE / _README, functions=functions))

    def render_table(self, values: Mapping[str, Any]) -> str:
        """The migration that makes a table of the user's own."""
        return _tidy(self._template(_TABLE, _HERE / _TABLE, **values))

    def _text(self, source: str) -> str:
        """The text of a source as it is."""
        try:
            return (self._root / source).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise GenerateError(f"cannot be read: {error}", place=source) from None

    def _template(self, name: str, path: Path, **values: Any) -> str:
        try:
            return self.jinja.get_template(name).render(**values)
        except TemplateSyntaxError as error:
            place = f"{error.name or name}:{error.lineno}"
            raise GenerateError(str(error.message), place=place) from None
        except (TemplateError, ValueError) as error:
            raise GenerateError(str(error), place=f"{name}:{_line_of(error, path)}") from None


def _tidy(text: str) -> str:
    """One newline at the end, no blanks at the end of a line, no two blank lines in a row.

    Values cannot be changed by this: the quoting filters write control characters as escapes.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip(" ")
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n"


def _line_of(error: Exception, path: Path) -> int:
    """The line of the template that was being rendered; Jinja puts it into the traceback."""
    line = 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _api_roles(right: Right) -> list[str]:
    """The API roles that `execute = right` names."""
    if admits_anon(right):
        return ["anon", "authenticated"]
    return [] if isinstance(right, Nobody) else ["authenticated"]
