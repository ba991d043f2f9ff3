"""rls-policy-tester: runs checks that somebody wrote, and audits the catalog."""

from __future__ import annotations

import json
import re
from typing import Literal

import psycopg

from bench.rls.contender import Contender, Said, Trial, bare

_DEFINITIONS, _SEED = "definitions.json", "seed.sql"
_BAD = ("FAIL", "ERROR")
_KINDS: dict[str, Literal["finding", "unsure"]] = {
    "FAIL": "finding",
    "ERROR": "finding",
    "WARN": "unsure",
}


def policy_tester(program: str) -> Contender:
    """What its documentation lists under "What it tests", written down for each table."""

    def look(trial: Trial) -> set[Said]:
        to = (program, "--dsn", trial.url, "--json")
        codes = (0, 1, 2)
        tested = json.loads(
            trial.run([*to, "--file", trial.subject.file(_DEFINITIONS)], codes=codes)
        )
        audited = json.loads(trial.run([*to, "--audit-schema", "public"], codes=codes))
        said = {
            Said("finding", check["id"].split(".")[0], "", check["id"])
            for suite in tested["suites"]
            for check in suite["checks"]
            if check["status"] in _BAD
        }
        remarks = [(one["id"], one) for suite in tested["suites"] for one in suite["preflight"]]
        remarks += [(one["target"], one) for one in audited["findings"]]
        return said | {
            Said(_KINDS[one["status"]], _about(target, one["message"]), "", one["message"])
            for target, one in remarks
            if one["status"] in _KINDS
        }

    written = (_DEFINITIONS, _SEED)
    return Contender("rls-policy-tester", "rls-policy-tester==0.1.0", written, look, _prepare)


def _prepare(trial: Trial) -> None:
    with psycopg.connect(trial.url) as connection:
        connection.execute(trial.subject.file(_SEED).read_bytes())


def _about(target: str, message: str) -> str:
    """The table of a remark; those about policies name it in their words."""
    named = re.search(r"policy '.*' on public\.(\w+)", message)
    return named[1] if named is not None else bare(target)
