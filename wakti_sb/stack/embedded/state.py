"""What `.wakti/embedded/state.json` remembers of a running stack, and the lock around it."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from wakti_sb.errors import StackError
from wakti_sb.stack.embedded.paths import Paths
from wakti_sb.stack.embedded.ports import Ports
from wakti_sb.stack.embedded.process import Process

_LOCK_TIMEOUT = 120.0  # seconds; a first `up` on a slow line takes a while


@dataclass(frozen=True)
class State:
    """A stack that was started.

    Parameters:
        ports: where it answers.
        processes: by name: `postgres`, `api`, and one for each edge function.
        complete: whether `up` came to its end; one that was killed leaves False.
    """

    ports: Ports
    processes: Mapping[str, Process]
    complete: bool = False

    def dead(self) -> tuple[str, ...]:
        """The names of the processes that stopped by themselves."""
        return tuple(name for name, one in self.processes.items() if not one.alive())


def read(paths: Paths) -> State | None:
    """The state that was last written; None if the stack is down or the file is damaged."""
    try:
        data = json.loads(_file(paths).read_text())
        processes = {name: Process(**value) for name, value in data["processes"].items()}
        return State(Ports(**data["ports"]), processes, data["complete"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(paths: Paths, state: State) -> None:
    """Remember `state`, all or nothing."""
    data = {
        "ports": asdict(state.ports),
        "processes": {name: asdict(one) for name, one in state.processes.items()},
        "complete": state.complete,
    }
    new = _file(paths).with_suffix(".new")
    new.write_text(json.dumps(data, indent=2))
    new.replace(_file(paths))


def forget(paths: Paths) -> None:
    """The stack is down."""
    _file(paths).unlink(missing_ok=True)


@contextmanager
def locked(paths: Paths, on_wait: Callable[[], None]) -> Iterator[None]:
    """Only one command at a time changes a stack; the kernel frees the lock if we are killed.

    Parameters:
        on_wait: called once if another command holds the lock.

    Raise StackError if that command does not finish in time.
    """
    with (paths.state / "lock").open("w") as file:
        deadline = time.monotonic() + _LOCK_TIMEOUT
        waiting = False
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise StackError(
                    "another wakti-sb command has been busy with this stack for too long.",
                    place=str(paths.state),
                )
            if not waiting:
                on_wait()
                waiting = True
            time.sleep(0.05)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file(paths: Paths) -> Path:
    return paths.state / "state.json"
