"""Statements by somebody, tried in one round trip."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from psycopg import Connection
from psycopg import sql as q

from ..model import Identity


@dataclass(frozen=True)
class Probed:
    """What came of a probe; `rows` is as the statement, or the look at the table, gave it."""

    rows: Any = None
    count: int = 0
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Probe:
    """A statement by somebody; a write is followed by a look at the table."""

    who: Identity
    statement: str
    look: str = ""
    arrange: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the function in the database takes it."""
        return {
            "role": self.who.role,
            "claims": json.dumps(self.who.token),
            "headers": json.dumps(dict(self.who.headers)),
            "arrange": self.arrange,
            "statement": self.statement,
            "reads": not self.look,
            "look": self.look,
        }


def prepare(connection: Connection[Any]) -> None:
    """Make the function that tries probes; it is gone with the transaction."""
    script = resources.files(__package__).joinpath("probe.sql").read_text(encoding="utf-8")
    connection.execute(q.SQL(script))


def ask(connection: Connection[Any], probes: list[Probe]) -> list[Probed]:
    """What came of each; everything is taken back."""
    if not probes:
        return []
    listed = json.dumps([probe.as_json() for probe in probes])
    row = connection.execute("select pg_temp.wakti_probe(%s)", (listed,)).fetchone()
    answers = row[0] if row is not None else []
    return [Probed(**{k: v for k, v in each.items() if v is not None}) for each in answers]
