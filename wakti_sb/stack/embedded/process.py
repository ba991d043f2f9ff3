"""Processes that outlive the command that started them, and how to find them again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SLACK = 10.0  # seconds between a process's start and what PostgreSQL writes down as such
_GRACE = 5.0  # seconds between asking a process to stop and killing it


@dataclass(frozen=True)
class Process:
    """A process, named so that a later one with the same number is not mistaken for it.

    Parameters:
        pid: its number.
        created: when it started, seconds since 1970, as the kernel counts it.
    """

    pid: int
    created: float

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return self._find() is not None

    def memory(self) -> int:
        """Bytes of its own memory, with its children's (unique set size where known)."""
        found = self._find()
        if found is None:
            return 0
        return sum(_unique_memory(one) for one in [found, *found.children(recursive=True)])

    def _find(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            # Kernels round the start time, so equality is too strict.
            if abs(process.create_time() - self.created) > 1:
                return None
            return process if _runs(process) else None
        except psutil.Error:
            return None


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    user: int | None = None,
    group: int | None = None,
) -> Process:
    """Start `command` in a session of its own, so that it outlives us and our terminal.

    Parameters:
        env: its whole environment.
        log: receives what it prints; an earlier log is kept beside it as `NAME.1`.
        user: run as this user id (only root may).
        group: run as this group id.
    """
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
        )
    finally:
        os.close(descriptor)
    # The child belongs to whoever runs longest, not to this object: without this Python would
    # warn that it is still running when the object goes away.
    child.returncode = 0
    return Process(child.pid, psutil.Process(child.pid).create_time())


def stop(processes: Sequence[Process], *, sign: int) -> None:
    """Ask each process with a signal, wait, and kill what is left with its children."""
    found = [process for one in processes if (process := one._find()) is not None]
    children = [child for process in found for child in _children(process)]
    for process in found:
        try:
            process.send_signal(sign)
        except psutil.NoSuchProcess:
            continue
    left = _wait([*found, *children])
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    _wait(left)


def _wait(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Wait until they have ended; returns those that have not within the grace.

    One that has ended but was not yet collected by its parent counts as ended: in a container
    process 1 may take its time, or never do it.
    """
    deadline = time.monotonic() + _GRACE
    left = [process for process in processes if _runs(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [process for process in left if _runs(process)]
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def forget_dead_owner(file: Path) -> None:
    """Remove PostgreSQL's `postmaster.pid` where the server that wrote it no longer runs.

    PostgreSQL only asks whether a process has the number in it. One that was killed and not yet
    collected by its parent has it still, and after a restart of the machine anything may.
    """
    try:
        lines = file.read_text().splitlines()
        pid, started = int(lines[0]), float(lines[2])
    except (OSError, ValueError, IndexError):
        return
    try:
        owner = psutil.Process(pid)
        if _runs(owner) and abs(owner.create_time() - started) < _SLACK:
            return
    except psutil.Error:
        pass  # nobody has that number
    file.unlink(missing_ok=True)


def marked(mark: Mapping[str, str]) -> list[Process]:
    """Every process of ours whose environment holds `mark`."""
    found = []
    for one in psutil.process_iter():
        try:
            if mark.items() <= one.environ().items():
                found.append(Process(one.pid, one.create_time()))
        except psutil.Error:
            continue  # gone, or another user's
    return found


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _unique_memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0
