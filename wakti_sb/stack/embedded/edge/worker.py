"""One process that runs a function, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from wakti_sb.stack.embedded.edge.computing import Computing
from wakti_sb.stack.embedded.edge.log import Log
from wakti_sb.stack.embedded.ports import HOST

_LONGEST_LINE = 64 * 1024
# Deno would have a default export served by another command of its own; our runtime serves it.
_ADVICE = b"warning: Detected export default { fetch }"


@dataclass(frozen=True)
class Start:
    """What a process is made of.

    Parameters:
        command: the program and its arguments.
        env: its whole environment.
        cwd: where it runs.
        port: where it will listen.
    """

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    port: int


class Worker:
    """A process of a function."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        output: asyncio.StreamReader,
        port: int,
        log: Log,
    ) -> None:
        self._process = process
        self._output = output
        self._log = log
        self.port = port
        self.listened = False
        self.computing = Computing()
        self._said_all = asyncio.ensure_future(self._read())

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def listens(self, timeout: float) -> bool:
        """Wait until its port is bound, whatever it would answer; False if it ended first."""
        deadline = asyncio.get_running_loop().time() + timeout
        while self.alive and asyncio.get_running_loop().time() < deadline:
            try:
                _, writer = await asyncio.open_connection(HOST, self.port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            self.listened = True
            return True
        return False

    async def ended(self) -> int:
        """Its exit code, once it has ended and everything that it printed is in its log."""
        code = await self._process.wait()
        # What it started may hold the pipe open.
        await asyncio.wait({self._said_all}, timeout=1)
        return code

    def memory(self) -> int:
        """Bytes that it holds."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def cpu(self) -> float:
        """Seconds that it has computed so far: the thread that runs JavaScript, as on the platform.

        Where a system tells nothing of single threads, all of them.
        """
        process = psutil.Process
        try:
            for thread in process(self.pid).threads():
                if thread.id == self.pid:
                    return float(thread.user_time + thread.system_time)
            times = process(self.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def kill(self) -> None:
        """End it at once, with whatever it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def _read(self) -> None:
        rest = b""
        while data := await self._output.read(_LONGEST_LINE):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._write(line)
            if len(rest) >= _LONGEST_LINE:
                self._write(rest)
                rest = b""
        if rest:
            self._write(rest)

    def _write(self, line: bytes) -> None:
        if line.startswith(_ADVICE):
            return
        self._log.write(line.decode("utf-8", "replace").rstrip("\r"))


async def spawn(start: Start, log: Log) -> Worker:
    """Start a process in a session of its own, so that all of it can be ended at once."""
    log.begin()
    process = await asyncio.create_subprocess_exec(
        *start.command,
        env=dict(start.env),
        cwd=start.cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    # The process has one, since that is a pipe.
    output = process.stdout or asyncio.StreamReader()
    return Worker(process, output, start.port, log)
