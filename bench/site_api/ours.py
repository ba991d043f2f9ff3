"""A stack of this repository with one project in it, and the requests that are repeated."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from bench._project import running, superuser
from bench.load import Request, wait_for
from wakti_sb.errors import StackError
from wakti_sb.stack import Endpoint
from wakti_sb.stack.embedded import deno, paths

CONVENTIONAL = Path(__file__).parent / "conventional"
FUNCTION = "project-backend-api"

NO_LIMITS = {
    "rate_limits": dict.fromkeys(("submit", "login", "signup", "write", "upload", "read"), 0),
}


@dataclass(frozen=True)
class Ours:
    """The running stack.

    Parameters:
        endpoint: where it answers.
        project: the id of the project that is asked.
        own_port: the edge function's own.
        edge_url: the database as the edge function's role.
        function: the edge function's process.
    """

    endpoint: Endpoint
    project: str
    own_port: int
    edge_url: str
    function: psutil.Process

    def empty(self) -> None:
        """Take away what was submitted: a project holds 100,000 rows of a kind."""
        with psycopg.connect(superuser(self.endpoint.database)) as connection:
            connection.execute("truncate public.project_form_submissions, wakti.full_projects")

    def requests(self, base: str) -> dict[str, Request]:
        """A submit and a list of 20, at an address of this API or of one like it."""
        return {
            "submit": Request(
                base,
                {
                    "projectId": self.project,
                    "action": "submit",
                    "formName": "contact",
                    "data": MESSAGE,
                },
            ),
            "list": Request(f"{base}?projectId={self.project}&action=collection/products&limit=20"),
        }

    def statements(self) -> dict[str, str]:
        """What the edge function sends to the database for the same two requests."""
        message = json.dumps(MESSAGE).replace("'", "''")
        project = f"'{self.project}'::uuid"
        until = "extract(epoch from clock_timestamp())::double precision + 3"
        first = (
            f"case when clock_timestamp() > to_timestamp({until})"
            f" then wakti.in_time({project}, {until}) else {project} end"
        )
        return {
            "submit": "select status, code, body, cors, retry_after"
            f" from wakti.submit({first}, null, '127.0.0.1', 'contact', '{message}', null,"
            " gen_random_uuid())",
            "list": "select status, code, body, cors, retry_after"
            f" from wakti.list_items({first}, null, '127.0.0.1', null, null, 'products', 20, 0, 0)",
        }


MESSAGE: dict[str, object] = {
    "name": "John",
    "email": "john@example.com",
    "message": "Hello! " * 10,
}
ITEMS: list[dict[str, object]] = [
    {"name": f"Widget {number}", "price": number * 10, "text": "words " * 10}
    for number in range(20)
]


@contextmanager
def ours(folder: Path) -> Iterator[Ours]:
    """Start the stack of `folder` and put a project with 20 items into it."""
    with running(folder) as endpoint:
        process = _function_process(folder)
        env = process.environ()
        yield Ours(endpoint, _seed(endpoint), int(env["PORT"]), env["WAKTI_DB_URL"], process)


@contextmanager
def conventional(api_url: str, secret_key: str, port: int) -> Iterator[str]:
    """Run the conventional design against a Data API; yield its address."""
    program = deno.find(paths.cache())
    program.install(CONVENTIONAL / "index.ts")
    env = {
        "SUPABASE_URL": api_url,
        "SUPABASE_SERVICE_ROLE_KEY": secret_key,
        "PORT": str(port),
    }
    command = [program.program, "run", "--quiet", "--allow-net", "--allow-env", "index.ts"]
    server = subprocess.Popen(command, cwd=CONVENTIONAL, env=os.environ | program.env() | env)
    try:
        url = f"http://127.0.0.1:{port}/"
        wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _seed(endpoint: Endpoint) -> str:
    with psycopg.connect(endpoint.database) as connection:
        connection.execute(
            "insert into auth.users (id, email) values (gen_random_uuid(), 'bench@example.com')"
        )
        row = connection.execute(
            "insert into public.projects (user_id, name) select id, 'bench' from auth.users"
            " returning id::text, user_id"
        ).fetchone()
        assert row is not None
        project, owner = row
        connection.execute(
            "insert into public.project_backends (project_id, user_id, enabled, features)"
            " values (%s, %s, true, %s)",
            [project, owner, json.dumps(NO_LIMITS)],
        )
        for item in ITEMS:
            connection.execute(
                "insert into public.project_collections"
                " (project_id, user_id, collection_name, data) values (%s, %s, 'products', %s)",
                [project, owner, json.dumps(item)],
            )
    return str(project)


def _function_process(folder: Path) -> psutil.Process:
    for process in psutil.process_iter():
        try:
            env = process.environ()
        except psutil.Error:
            continue
        if env.get("WAKTI_STACK", "").startswith(str(folder)) and "SUPABASE_URL" in env:
            return process
    raise StackError("the edge function does not run.", place=str(folder))
