"""trespass: compares policies with a declared intent in a solver, without a database."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from bench.rls.contender import Contender, Said, Trial
from wakti_sb.stack.embedded import paths
from wakti_sb.stack.embedded.installation import install

_INTENT = "trespass.intent"
_SCHEMA = "schema.sql"


def trespass(program: str) -> Contender:
    """`check` of the whole schema; what it does not find out (UNKNOWN) is no finding."""

    def look(trial: Trial) -> set[Said]:
        intent: Path = trial.subject.file(_INTENT)
        found = json.loads(
            trial.run([program, "check", _SCHEMA, "--intent", intent, "--json"], codes=(0, 1))
        )
        return {
            Said(
                "finding" if one["verdict"] == "vulnerable" else "unsure",
                one["table"].rsplit(".", 1)[-1],
                one["command"] or "",
                f"{one['policy']}: {one['title']}",
            )
            for one in found["findings"]
            if one["verdict"] in ("vulnerable", "unknown")
        }

    return Contender("trespass", "trespass-rls==0.2.0", (_INTENT,), look, _prepare)


def _prepare(trial: Trial) -> None:
    """A dump: it does not read `do` blocks, which some of these migrations make policies in."""
    dump = install(paths.cache()).program("pg_dump")
    done = subprocess.run(
        [dump, "--schema-only", "--schema=public", "--no-owner", trial.url],
        check=True,
        capture_output=True,
        text=True,
    )
    # Nor psql's own commands, which newer dumps begin and end with.
    lines = (line for line in done.stdout.splitlines() if not line.startswith("\\"))
    (trial.folder / _SCHEMA).write_text("\n".join(lines), encoding="utf-8")
