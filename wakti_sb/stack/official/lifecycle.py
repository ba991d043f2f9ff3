"""The official local stack of one project: start, watch, stop; gives an `Endpoint`.

Where its containers run in Docker they are watched by label. Where the CLI runs its services
without Docker there are no containers, and `supabase status` alone tells how it is.
"""

from __future__ import annotations

import os
import re
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem, StackError, UsageError
from wakti_sb.events import Listener, Notice, Step, ignore
from wakti_sb.stack.condition import Condition
from wakti_sb.stack.endpoint import Endpoint
from wakti_sb.stack.official.engine import Container, Engine, engine
from wakti_sb.stack.official.program import Program, find

_NATIVE = "SUPABASE_EXPERIMENTAL_STACK"
_HEALTHY = 180.0  # seconds until a container counts as one that does not get healthy
_PAUSE = 0.5
_LOG_LINES = 15
_LONGEST_ID = 40
_NEEDED = ("API_URL", "DB_URL")


class OfficialStack:
    """The stack that `supabase start` makes from this project.

    Parameters:
        project: the folder with `supabase/`.
        listener: is told what happens.
    """

    def __init__(self, project: Path, listener: Listener = ignore) -> None:
        self._project = project.resolve()
        self._tell = listener

    @property
    def project_id(self) -> str:
        """What its containers are labelled with: `project_id` of config.toml, else the folder."""
        try:
            text = (self._project / "supabase" / "config.toml").read_text("utf-8")
            told = str(tomllib.loads(text).get("project_id") or self._project.name)
        except (OSError, ValueError):
            told = self._project.name
        cleaned = re.sub(r"[^a-zA-Z0-9_.-]+", "_", told)
        return cleaned.lstrip("_.-")[:_LONGEST_ID]

    def up(self) -> Endpoint:
        """Start it, and wait until every container is well.

        Raise UsageError if this is no project, EnvironmentProblem if CLI or engine are missing,
        StackError if it does not come up.
        """
        if not (self._project / "supabase").is_dir():
            raise UsageError("there is no supabase/ here.", place=str(self._project))
        program = find(self._project)
        if not self._is_native:
            with engine():
                pass  # a sentence of ours before the CLI's
        self._tell(Step("supabase start", 0, 2))
        program.run("start", on_line=lambda line: self._tell(Step(line, 0, 2)))
        self._tell(Step("waiting until every container is healthy", 1, 2))
        with self._watched() as watched:
            if watched is not None:
                self._wait(watched)
        return self._endpoint(program)

    def down(self, *, remove_data: bool = False) -> bool:
        """Stop it, and remove what the CLI left; tell whether there was anything.

        Parameters:
            remove_data: also forget database and files.
        """
        program = find(self._project)
        with self._watched() as watched:
            known = bool(watched.containers(self.project_id)) if watched is not None else True
            program.run("stop", *(["--no-backup"] if remove_data else []))
            left = watched.remove(self.project_id, volumes=remove_data) if watched else ()
        if left:
            self._tell(Notice(f"removed what `supabase stop` had left: {', '.join(left)}"))
        return known

    def reset(self) -> Endpoint:
        """A clean database with every migration applied, by the CLI. Raise StackError."""
        program = find(self._project)
        self._endpoint(program)
        program.run("db", "reset", on_line=lambda line: self._tell(Step(line, 0, 1)))
        return self._endpoint(program)

    def status(self) -> Condition:
        """Whether it runs, and which containers are not well."""
        with self._watched() as watched:
            containers = watched.containers(self.project_id) if watched is not None else ()
        told = find(self._project).status()
        ill = tuple(f"{one.name} ({one.says})" for one in containers if not one.is_well)
        return Condition(None if told is None else endpoint_of(told), ill)

    def endpoint(self) -> Endpoint:
        """Where it answers. Raise StackError if it is down."""
        return self._endpoint(find(self._project))

    def logs(self, lines: int) -> dict[str, str]:
        """The last lines of each container, by its name without prefix and project."""
        with engine() as watched:
            return {
                self._short(one.name): watched.logs(one.name, lines)
                for one in watched.containers(self.project_id)
            }

    @property
    def _is_native(self) -> bool:
        return os.environ.get(_NATIVE, "") not in ("", "0", "false")

    @contextmanager
    def _watched(self) -> Iterator[Engine | None]:
        """The engine; None where the CLI uses none."""
        if self._is_native:
            yield None
            return
        with engine() as watched:
            yield watched

    def _wait(self, watched: Engine) -> None:
        deadline = time.monotonic() + _HEALTHY
        while True:
            containers = watched.containers(self.project_id)
            waiting = [one for one in containers if not one.is_well]
            ill = [one for one in waiting if one.is_ill]
            if ill or (waiting and time.monotonic() > deadline):
                raise self._unwell(watched, (ill or waiting)[0])
            if not waiting:
                return
            time.sleep(_PAUSE)

    def _unwell(self, watched: Engine, one: Container) -> StackError:
        try:
            told = watched.logs(one.name, _LOG_LINES)
        except StackError:
            told = ""
        said = "".join(f"\n  {line}" for line in told.splitlines())
        return StackError(
            f"the container is {one.says}.{said}",
            place=one.name,
            remedy=f"More of its log: wakti-sb logs --stack official {self._short(one.name)}",
        )

    def _endpoint(self, program: Program) -> Endpoint:
        told = program.status()
        if told is None:
            raise StackError(
                "the official stack does not run here.", remedy="Run: wakti-sb up --stack official"
            )
        return endpoint_of(told)

    def _short(self, name: str) -> str:
        return name.removeprefix("supabase_").removesuffix(f"_{self.project_id}")


def endpoint_of(told: dict[str, str]) -> Endpoint:
    """The endpoint that `supabase status -o env` tells.

    Raise EnvironmentProblem if an address or every key is missing: an excluded service drops its.
    """
    publishable = told.get("PUBLISHABLE_KEY") or told.get("ANON_KEY")
    secret = told.get("SECRET_KEY") or told.get("SERVICE_ROLE_KEY")
    missing = [name for name in _NEEDED if name not in told]
    missing += [] if publishable else ["PUBLISHABLE_KEY"]
    missing += [] if secret else ["SECRET_KEY"]
    if missing or not publishable or not secret:
        raise EnvironmentProblem(
            f"`supabase status` does not tell {', '.join(missing)}.",
            remedy="Was a service excluded? Start the stack with the API, Auth and the database.",
        )
    api = told["API_URL"].rstrip("/")
    return Endpoint(
        api_url=api,
        functions_url=told.get("FUNCTIONS_URL", f"{api}/functions/v1").rstrip("/"),
        publishable_key=publishable,
        secret_key=secret,
        db_url=told["DB_URL"],
        anon_key=told.get("ANON_KEY"),
        service_role_key=told.get("SERVICE_ROLE_KEY"),
        jwt_secret=told.get("JWT_SECRET"),
    )
