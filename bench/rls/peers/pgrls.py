"""pgrls: a lint over the catalog, a solver that proves isolation, a diff of two states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.rls.contender import Contender, Said, Trial

_REMARKS = ("info",)
_ASIDE = ("PERF", "HYG")  # speed and style
_MODES = {"anon": "select", "cross-tenant": "select", "write": "write", "reachability": "select"}
_OPEN_WRITES = ("SEC020", "SEC028", "SEC039", "SEC040")
_PACKAGE = "pgrls==0.57.0"


def pgrls(program: str) -> Contender:
    """`lint` and every mode of `verify` that its documentation has for isolation."""

    def look(trial: Trial) -> set[Said]:
        to = ("--database-url", trial.url, "--schemas", "public", "--format", "json")
        said = _lint(json.loads(trial.run([program, "lint", *to])))
        for mode, operation in _MODES.items():
            proved = json.loads(trial.run([program, "verify", *to, "--mode", mode]))
            said |= _verified(proved, operation)
        return said

    return Contender("pgrls", _PACKAGE, (), look)


def pgrls_diff(program: str) -> Contender:
    """`diff` with the schema as it was the first time: a change, not a state, is what it judges."""
    sound: dict[str, str] = {}

    def look(trial: Trial) -> set[Said]:
        base: Path = trial.folder / "base.json"
        name = trial.subject.name
        if name not in sound:
            shot = ("snapshot", "--database-url", trial.url, "--schemas", "public")
            trial.run([program, *shot, "--output", base])
            sound[name] = base.read_text(encoding="utf-8")
            return set()
        base.write_text(sound[name], encoding="utf-8")
        to = ("diff", base, trial.url, "--schemas", "public", "--format", "json")
        return {
            Said("finding", _table(one["location"]), "", one["message"])
            for one in json.loads(trial.run([program, *to]))["violations"]
            if one["classification"] != "safe"
        }

    return Contender("pgrls diff", _PACKAGE, (), look)


def _lint(report: dict[str, Any]) -> set[Said]:
    return {
        Said(
            "finding",
            _table(one["location"]),
            "write" if one["rule_id"] in _OPEN_WRITES else "",
            f"{one['rule_id']}: {one['message']}",
        )
        for one in report["violations"]
        if one["severity"] not in _REMARKS and not one["rule_id"].startswith(_ASIDE)
    }


def _verified(report: dict[str, Any], operation: str) -> set[Said]:
    said = set()
    for table in report["tables"]:
        name, mode = _table(table["table"]), report["mode"]
        if table["verdict"] == "leak":
            said.add(Said("finding", name, operation, f"{mode}: leak"))
        elif table["verdict"] == "unverified":
            said.add(Said("unsure", name, operation, f"{mode}: unverified"))
    return said


def _table(location: str) -> str:
    """The table, view or function of `schema.table.policy`."""
    return location.removeprefix("public.").split(".")[0].split("(")[0].strip('"')
