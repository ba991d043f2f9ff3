"""What a migration does to a live database: squawk's rules.

squawk comes as a program in its wheel and asks no network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pglast import enums

from wakti_sb.errors import EnvironmentProblem, WaktiError
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.tools import SQUAWK
from wakti_sb.lint.tree import ast, parsed
from wakti_sb.migrate import Migration
from wakti_sb.migrate.position import locate
from wakti_sb.migrate.reader import blocks

OLDEST_SERVER = "15.0"
NOT_ASKED = {
    "require-lock-timeout": "wakti-sb migrate sets one, and tries again",
    "require-statement-timeout": "wakti-sb migrate decides that",
}
"""Rules that are never asked, and why."""
_SYNTAX = "syntax-error"  # PostgreSQL's own parser has accepted the file


def judge(migration: Migration, program: str) -> Iterator[Finding]:
    """What squawk finds in a migration. Raise EnvironmentProblem if it cannot be run."""
    command = [program, "--reporter", "json", "--pg-version", OLDEST_SERVER]
    if all(block.transaction for block in blocks(migration)):
        command.append("--assume-in-transaction")
    for rule in NOT_ASKED:
        command += ["--exclude", rule]
    done = subprocess.run(
        [*command, "--stdin-filepath", migration.file],
        input=migration.text,
        capture_output=True,
        text=True,
    )
    replaced = frozenset(_replaced_lines(migration.text))
    for item in _reports(done):
        finding = _finding(item, migration.file)
        lost = finding.rule != f"{SQUAWK}/ban-drop-constraint" or finding.line not in replaced
        if lost and item["rule_name"] != _SYNTAX:
            yield finding


def find_program() -> str:
    """The squawk that pip installed beside this Python, else one on PATH.

    Raise EnvironmentProblem if there is none.
    """
    beside = Path(sysconfig.get_path("scripts")) / SQUAWK
    program = str(beside) if beside.exists() else shutil.which(SQUAWK)
    if program is None:
        raise EnvironmentProblem(
            "squawk is not installed for this Python.", remedy="Run: pip install squawk-cli"
        )
    return program


def _reports(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        raise WaktiError(f"squawk did not finish: {done.stderr.strip()}") from None
    return list(reports)


def _finding(item: dict[str, Any], file: str) -> Finding:
    remedy = item["help"] or "see https://squawkhq.com/docs/rules"
    return Finding(
        f"{SQUAWK}/{item['rule_name']}",
        file,
        item["line"] + 1,  # squawk counts from 0
        item["column"] + 1,
        item["message"],
        remedy,
    )


def _replaced_lines(text: str) -> Iterator[int]:
    """Lines of statements that drop a constraint and add one of the same name: none is lost."""
    for raw in parsed(text):
        if not isinstance(raw.stmt, ast.AlterTableStmt):
            continue
        types = enums.AlterTableType
        dropped = {c.name for c in raw.stmt.cmds if c.subtype == types.AT_DropConstraint}
        added = {c.def_.conname for c in raw.stmt.cmds if c.subtype == types.AT_AddConstraint}
        if dropped <= added:
            start = locate(text, raw.stmt_location).line
            end = locate(text, raw.stmt_location + raw.stmt_len).line
            yield from range(start, end + 1)
