"""The edge functions of a project, each in a Deno process with the permissions it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wakti_sb.errors import SpecError
from wakti_sb.stack.embedded.database import EDGE_ROLE
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.keys import Keys
from wakti_sb.stack.embedded.ports import HOST, Ports
from wakti_sb.stack.embedded.server import PASSWORD


@dataclass(frozen=True)
class Function:
    """An edge function in `supabase/functions/NAME`.

    Parameters:
        name: the folder's name, and what follows `/functions/v1/`.
        entry: its index.ts.
    """

    name: str
    entry: Path


def find(project: Path) -> tuple[Function, ...]:
    """Every function of the project; folders that begin with `_` hold shared code."""
    folder = project / "supabase" / "functions"
    entries = sorted(folder.glob("*/index.ts"))
    return tuple(
        Function(entry.parent.name, entry)
        for entry in entries
        if not entry.parent.name.startswith("_")
    )


def secrets(project: Path) -> dict[str, str]:
    """What `supabase/functions/.env` sets, as the official CLI reads it for local functions.

    Raise SpecError if a line is not NAME=value.
    """
    file = project / "supabase" / "functions" / ".env"
    if not file.is_file():
        return {}
    values = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not name.strip().isidentifier():
            raise SpecError("this line is not NAME=value.", place=f"{file.name}:{number}")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def environment(ports: Ports, keys: Keys, own_port: int) -> dict[str, str]:
    """What the platform gives every function, and what the local runner adds."""
    database = f"{HOST}:{ports.db}/postgres"
    return {
        "SUPABASE_URL": f"http://{HOST}:{ports.api}",
        "SUPABASE_ANON_KEY": keys.anon,
        "SUPABASE_SERVICE_ROLE_KEY": keys.service_role,
        "SUPABASE_PUBLISHABLE_KEYS": json.dumps({"default": keys.publishable}),
        "SUPABASE_SECRET_KEYS": json.dumps({"default": keys.secret}),
        "SUPABASE_DB_URL": f"postgresql://postgres:{PASSWORD}@{database}",
        "WAKTI_DB_URL": f"postgresql://{EDGE_ROLE}:{keys.edge_password}@{database}",
        "PORT": str(own_port),
    }


def command(deno: Deno, function: Function, ports: Ports, env: Mapping[str, str]) -> list[str]:
    """How to run a function: it reaches the API and the database, and no file at all.

    It may read its whole environment, because we make that: nothing of ours is in it.
    """
    net = [f"{HOST}:{ports.api}", f"{HOST}:{ports.db}", f"{HOST}:{env['PORT']}"]
    return [
        deno.program,
        "run",
        "--quiet",
        "--no-prompt",
        "--cached-only",
        f"--allow-net={','.join(net)}",
        "--allow-env",
        function.entry.name,
    ]
