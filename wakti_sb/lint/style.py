"""How SQL is written: sqlfluff, on sources through their Jinja templates and on the rendered SQL.

sqlfluff judges style alone. Where its parser does not know a statement that PostgreSQL's own
accepts, that is no finding.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlfluff
from jinja2 import Environment, TemplateError
from sqlfluff.core import FluffConfig, Linter, SQLLintError
from sqlfluff.core.templaters import JinjaTemplater

from wakti_sb.lint.finding import Finding
from wakti_sb.lint.remembered import Remembered
from wakti_sb.lint.tools import SQLFLUFF

_OURS = Path(__file__).with_name("style.cfg")
_THEIRS = ".sqlfluff"
_CRASH = "Unexpected exception"  # a rule of sqlfluff that fell over says nothing about the SQL
logging.getLogger("sqlfluff").addHandler(logging.NullHandler())  # nor shall it print a traceback


class Style:
    """sqlfluff with our settings and, over them, those of the project.

    Parameters:
        project: the folder whose `.sqlfluff` counts.
        jinja: what `generate` renders the sources with.
        memory: a folder for what it said of the same text before; None asks it every time.
    """

    def __init__(self, project: Path, jinja: Environment, memory: Path | None = None) -> None:
        class ThroughJinja(FluffConfig):
            def get_templater(self, **_: Any) -> JinjaTemplater:
                return _OurTemplates(jinja)

        settings = [_OURS.read_text()]
        if (project / _THEIRS).is_file():
            settings.append((project / _THEIRS).read_text())
        raw: dict[str, Any] = {"templater": "raw"}
        self._plain = Linter(config=FluffConfig.from_strings(*settings, overrides=raw))
        self._templates = Linter(config=ThroughJinja.from_strings(*settings))
        self._jinja = jinja
        self._remembered = Remembered(memory, sqlfluff.__version__, *settings)

    def rules(self) -> frozenset[str]:
        """The names of every rule there is."""
        return frozenset(f"{SQLFLUFF}/{rule.name}" for rule in self._plain.rule_tuples())

    def template(self, file: str, text: str) -> tuple[Finding, ...]:
        """Judge what is written in a template; what Jinja puts in is judged in the output.

        So is the indentation: blocks and macros indent as they like.
        """
        return self._ask(self._templates, file, text, "layout.indent", self._render(text))

    def rendered(self, file: str, text: str) -> tuple[Finding, ...]:
        """Judge what a template became. Names make lines as long as they are."""
        return self._ask(self._plain, file, text, "layout.long_lines")

    def plain(self, file: str, text: str) -> tuple[Finding, ...]:
        """Judge SQL that a person wrote as it is."""
        return self._ask(self._plain, file, text, "")

    def _render(self, text: str) -> str:
        """What it becomes: a macro it imports may have changed, or a value in wakti.toml."""
        try:
            return self._jinja.from_string(text).render()
        except TemplateError:
            return ""  # `generate` tells about it

    def _ask(
        self, linter: Linter, file: str, text: str, leave_out: str, *depends: str
    ) -> tuple[Finding, ...]:
        return self._remembered.findings(
            file,
            (leave_out, text, *depends),
            lambda: _findings(linter, file, text, leave_out),
        )


def new_in_output(
    output: Iterable[Finding], text: str, source: Iterable[Finding], source_text: str
) -> Iterator[Finding]:
    """The findings of an output that were not found in its source already.

    A line of a template is the same line in the output but for the values that Jinja puts in.
    """
    known = [(finding.rule, _rendered_line(_line(source_text, finding))) for finding in source]
    for finding in output:
        line = _line(text, finding)
        if not any(rule == finding.rule and as_is.fullmatch(line) for rule, as_is in known):
            yield finding


class _OurTemplates(JinjaTemplater):
    """sqlfluff's Jinja templater, rendering as `generate` does."""

    def __init__(self, jinja: Environment) -> None:
        super().__init__()
        self._jinja = jinja

    def _get_jinja_env(self, config: FluffConfig | None = None) -> Environment:  # noqa: ARG002  (sqlfluff's signature)
        return self._jinja

    def get_context(self, *_: Any, **__: Any) -> dict[str, Any]:
        return dict(self._jinja.globals)


def _findings(linter: Linter, file: str, text: str, leave_out: str) -> Iterator[Finding]:
    for violation in linter.lint_string(text, fname=file).violations:
        if not isinstance(violation, SQLLintError) or violation.rule.name == leave_out:
            continue
        if not violation.desc().startswith(_CRASH):
            yield Finding(
                f"{SQLFLUFF}/{violation.rule.name}",
                file,
                violation.line_no,
                violation.line_pos,
                violation.desc(),
                f"`sqlfluff rules` tells about {violation.rule_code()}",
            )


def _rendered_line(line: str) -> re.Pattern[str]:
    """What a line of a template may have become."""
    written = re.split(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", line)
    return re.compile(".*".join(map(re.escape, written)))


def _line(text: str, finding: Finding) -> str:
    lines = text.split("\n")
    return lines[finding.line - 1].strip() if finding.line <= len(lines) else ""
