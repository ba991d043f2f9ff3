"""rlsgrid: seeds tenants, then tries for each other's rows at random."""

from __future__ import annotations

import json
import shutil

from bench.rls.contender import Contender, Said, Trial

_CONFIG = "rlsgrid.toml"
_CLIENTS = ("anon", "authenticated")


def rlsgrid(program: str) -> Contender:
    """`check`, and of `plan` what it calls unrestricted: its documentation names both."""

    def look(trial: Trial) -> set[Said]:
        env = {"DATABASE_URL": trial.url}
        checked = json.loads(trial.run([program, "check", "--tenants", "5", "--json"], env=env))
        planned = json.loads(
            trial.run([program, "plan", "--show", "unrestricted", "--json"], env=env)
        )
        said = {
            Said("finding", breach["table"], breach["operation"].lower(), breach["detail"])
            for breach in checked["breaches"]
        }
        said |= {
            Said("finding", cell["table"], cell["operation"].lower(), cell["reason"])
            for cell in planned["cells"]
            if cell["role"] in _CLIENTS
        }
        if checked["skipped"] == checked["iterations"]:
            said.add(Said("unsure", "", "", "every probe was skipped"))
        return said

    return Contender("rlsgrid", "rlsgrid==0.5.7", (_CONFIG,), look, _prepare)


def _prepare(trial: Trial) -> None:
    shutil.copy(trial.subject.file(_CONFIG), trial.folder / _CONFIG)
