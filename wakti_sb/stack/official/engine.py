"""The Docker engine: what runs there of one project, found by label and not by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wakti_sb.errors import EnvironmentProblem, StackError

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container as DockerContainer

LABEL = "com.supabase.cli.project"
OLDEST_API = (1, 41)  # Docker 20.10
_SECONDS = 20
_WITHOUT = "`wakti-sb up` without --stack starts a stack that needs no Docker."


@dataclass(frozen=True)
class Container:
    """A container of the stack.

    Parameters:
        name: as Docker has it, `supabase_db_NAME`.
        state: `running`, `exited`, `created`, …
        health: `healthy`, `unhealthy`, `starting`; None for one without a health check.
        exit_code: of one that is not running.
    """

    name: str
    state: str
    health: str | None
    exit_code: int

    @property
    def is_well(self) -> bool:
        """Whether it runs, and is healthy where it can say so."""
        return self.state == "running" and self.health in (None, "healthy")

    @property
    def is_ill(self) -> bool:
        """Whether it will not get well by waiting."""
        return self.state in ("exited", "dead") or self.health == "unhealthy"

    @property
    def says(self) -> str:
        """How it is, for a person."""
        if self.state != "running":
            return f"{self.state} with code {self.exit_code}"
        return self.health or "running"


class Engine:
    """A Docker engine that answers."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def containers(self, project_id: str) -> tuple[Container, ...]:
        """The project's containers, by name."""
        with _explained():
            found = self._client.containers.list(all=True, filters=_labelled(project_id))
            return tuple(sorted((_container(one) for one in found), key=lambda one: one.name))

    def logs(self, name: str, lines: int) -> str:
        """The last lines of a container. Raise StackError if it is gone."""
        with _explained():
            told: bytes = self._client.containers.get(name).logs(tail=lines)
            return told.decode("utf-8", "replace")

    def remove(self, project_id: str, *, volumes: bool) -> tuple[str, ...]:
        """Remove what is left of a project: containers, network, with `volumes` its data too.

        Returns the names.
        """
        gone = []
        with _explained():
            for container in self._client.containers.list(all=True, filters=_labelled(project_id)):
                gone.append(str(container.name))
                container.remove(force=True, v=volumes)
            if volumes:
                for volume in self._client.volumes.list(filters=_labelled(project_id)):
                    gone.append(str(volume.name))
                    volume.remove(force=True)
            for network in self._client.networks.list(filters=_labelled(project_id)):
                gone.append(str(network.name))
                network.remove()
        return tuple(gone)


@contextmanager
def engine() -> Iterator[Engine]:
    """The engine that DOCKER_HOST names, or this machine's.

    Raise EnvironmentProblem if there is none, it may not be used, or it is too old.
    """
    import docker
    from docker.errors import DockerException

    place = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        client = docker.from_env(timeout=_SECONDS)
    except DockerException as error:
        raise _no_engine(error, place) from None
    try:
        version = str(client.version()["ApiVersion"])
        if tuple(int(part) for part in version.split(".")) < OLDEST_API:
            raise EnvironmentProblem(
                f"the Docker engine is too old: it speaks version {version} of its API.",
                place=place,
                remedy=f"Version {'.'.join(map(str, OLDEST_API))}, of Docker 20.10, is needed."
                f" {_WITHOUT}",
            )
        yield Engine(client)
    except DockerException as error:
        raise _no_engine(error, place) from None
    finally:
        client.close()


def _no_engine(error: Exception, place: str) -> EnvironmentProblem:
    text = str(error)
    if "Permission denied" in text:
        return EnvironmentProblem(
            "this user may not use the Docker engine.",
            place=place,
            remedy=f"Add the user to the group docker, and log in anew. {_WITHOUT}",
        )
    return EnvironmentProblem(
        "no Docker engine answers.",
        place=place,
        remedy=f"Start Docker, or name another engine in DOCKER_HOST. {_WITHOUT}",
    )


@contextmanager
def _explained() -> Iterator[None]:
    import requests
    from docker.errors import APIError, DockerException, NotFound

    try:
        yield
    except NotFound as error:
        raise StackError(f"it is not there any more: {error.explanation}") from None
    except APIError as error:
        raise StackError(f"the Docker engine refuses: {error.explanation or error}") from None
    except (DockerException, requests.RequestException) as error:
        raise StackError(f"the Docker engine went away: {error}") from None


def _labelled(project_id: str) -> dict[str, str | list[str] | bool]:
    return {"label": f"{LABEL}={project_id}"}


def _container(one: DockerContainer) -> Container:
    state = one.attrs["State"]  # a word in lists, and more when it was asked for alone
    told: dict[str, Any] = state if isinstance(state, dict) else {"Status": one.status}
    health = (told.get("Health") or {}).get("Status")
    return Container(
        str(one.name),
        str(told.get("Status", one.status)),
        None if health in (None, "", "none") else str(health),
        int(told.get("ExitCode", 0)),
    )
