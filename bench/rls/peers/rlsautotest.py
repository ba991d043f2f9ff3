"""rlsautotest: reads the policies, makes pgTAP tests of them and runs these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.rls.contender import Contender, Said, Trial, bare

_REMARKS = ("INFO",)  # about speed and style
# A row of one's own can be put somewhere else. (Its remark on UPDATE policies without WITH CHECK is
# another thing, and not a hole: PostgreSQL then checks new rows by USING.)
_WRITES = "Write policy constrains"


def rlsautotest(program: str) -> Contender:
    """Its report and its `lint`; it brings pgTAP itself."""

    def look(trial: Trial) -> set[Said]:
        report, lint = trial.folder / "report.json", trial.folder / "lint.json"
        common = ("--schema", "public", "--db-url", trial.url)
        trial.run([program, *common, "--report", "--report-json", report])
        trial.run([program, "lint", *common, "--json", lint])
        return {*_report(json.loads(report.read_bytes())), *_lint(json.loads(lint.read_bytes()))}

    return Contender("rlsautotest", "rlsautotest==0.7.1", (), look)


def _report(report: dict[str, Any]) -> Iterator[Said]:
    for table in report["tables"]:
        name = table["table"]
        if table.get("exposed"):
            yield Said("finding", name, "", "reachable without row level security")
        for key in ("leak_cells", "transition_leaks", "multi_findings"):
            for leak in table.get(key) or ():
                yield Said("finding", name, "", f"{key}: {json.dumps(leak)}")
        for command, identities in table.get("idgrid", {}).items():
            for identity, cell in identities.items():
                if not cell["pass"]:
                    yield Said("finding", name, command.lower(), f"{identity}: not as expected")
        columns = table.get("column_security") or {"cells": {}}
        for role, commands in columns["cells"].items():
            for command, cell in commands.items():
                if cell["leaked"]:
                    reached = ", ".join(cell["leaked"])
                    yield Said("finding", name, command.lower(), f"{role} reaches {reached}")
        if table.get("branch_nt") or table.get("partial"):
            yield Said("unsure", name, "", "part of a policy is not tested")
        for command, identity in table.get("unreliable_cells") or ():
            yield Said("unsure", name, command.lower(), identity)
    for surface in report["bypass_surfaces"]:
        yield Said("finding", bare(surface["object"]), "", surface["why"])


def _lint(findings: list[dict[str, Any]]) -> Iterator[Said]:
    for one in findings:
        if one["severity"] in _REMARKS:
            continue
        message = one["message"]
        text = f"{one['policy']}: {message}" if one["policy"] else message
        operation = "write" if message.startswith(_WRITES) else ""
        yield Said("finding", bare(one["table"]), operation, text)
