"""rls-policy-tester: runs checks that somebody wrote, and audits the catalog."""

from __future__ import annotations

import json

import psycopg

from bench.rls.contender import Contender, Said, Trial, bare

_DEFINITIONS, _SEED = "definitions.json", "seed.sql"
_BAD = ("FAIL", "ERROR")


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
        said |= {
            Said("finding", bare(one["id"]), "", one["message"])
            for suite in tested["suites"]
            for one in suite["preflight"]
            if one["status"] in _BAD
        }
        return said | {
            Said("finding", bare(one["target"]), "", one["message"])
            for one in audited["findings"]
            if one["status"] in _BAD
        }

    written = (_DEFINITIONS, _SEED)
    return Contender("rls-policy-tester", "rls-policy-tester==0.1.0", written, look, _prepare)


def _prepare(trial: Trial) -> None:
    with psycopg.connect(trial.url) as connection:
        connection.execute(trial.subject.file(_SEED).read_bytes())
