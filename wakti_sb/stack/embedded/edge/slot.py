"""One function in the launcher: its process, or why it has none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from wakti_sb.errors import SpecError
from wakti_sb.stack import config as configuration
from wakti_sb.stack.embedded.edge import command, dotenv, environment, imports, project
from wakti_sb.stack.embedded.edge.failure import Failure, of_exit
from wakti_sb.stack.embedded.edge.log import Log
from wakti_sb.stack.embedded.edge.surroundings import Surroundings
from wakti_sb.stack.embedded.edge.worker import Start, Worker, spawn
from wakti_sb.stack.embedded.ports import HOST, free

# Seconds until a process must listen.
_BOOT_TIMEOUT = 30.0
# Seconds that a process which does not answer has to end by itself.
_MOMENTS = 1.0
# Seconds after which a function that failed is tried again though no file of it has changed.
_TRY_AGAIN = 1.0

Stamps = Mapping[Path, tuple[int, int] | None]


class Slot:
    """A function and its process.

    Parameters:
        name: the function's.
        around: what all functions share.
        on_end: told when a process ended by itself, or was ended for a limit.
    """

    def __init__(
        self, name: str, around: Surroundings, on_end: Callable[[Slot, Worker, Failure], None]
    ) -> None:
        self.name = name
        self.function: project.Function | None = None
        self.worker: Worker | None = None
        self.failure: Failure | None = None
        self.retired: list[Worker] = []
        self._around = around
        self._on_end = on_end
        self._lock = asyncio.Lock()
        self._stamps: Stamps = {}
        self._imports: imports.Imports | None = None
        self._failed_at = 0.0
        self._log = Log(around.log(name), environment.secrets_of(around.keys))
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def files(self) -> list[Path]:
        """What a change of means a new process; some need not be there."""
        return list(self._stamps)

    @property
    def unreached(self) -> tuple[str, ...]:
        """The hosts that its imports would have come from."""
        return self._imports.unreached if self._imports is not None else ()

    def workers(self) -> list[Worker]:
        """Every process that it has."""
        return [*self.retired, *([self.worker] if self.worker is not None else [])]

    def look(self) -> None:
        """Read anew what config.toml says of it. Raise SpecError if that cannot be read."""
        config = configuration.read(self._around.project)
        self.function = project.one(self._around.project, config, self.name)

    async def start(self, lost: int | None = None) -> None:
        """Have a process that runs the files as they are now, or say in `failure` why not.

        Parameters:
            lost: a process that did not answer. If it has not ended within moments, it is ended.
        """
        async with self._lock:
            if self.worker is not None and self.worker.pid == lost:
                await self._end(self.worker)
            changed = not self._stamps or self._stamps != _stamps(self._stamps)
            if not changed and self._is_settled():
                return
            if changed or self.failure is not None:
                self._imports = None
            if self.worker is not None:
                self.retired.append(self.worker)
                self.worker = None
            try:
                self.failure = await self._boot()
            except SpecError as error:
                self.failure = Failure("BOOT_ERROR", f"{error.place}: {error.cause}")
            if self.failure is not None:
                self._failed_at = time.monotonic()
                self._log.note(f"does not start: {self.failure.reason}")

    def release(self, pid: int) -> None:
        """End a process that nobody waits for any more."""
        for worker in self.workers():
            if worker.pid == pid:
                self._forget(worker)
                worker.kill()

    def close(self) -> None:
        """End all of it."""
        for worker in self.workers():
            worker.kill()
        self._log.close()

    def _is_settled(self) -> bool:
        if self.worker is not None:
            return self.worker.alive
        recently = time.monotonic() - self._failed_at < _TRY_AGAIN
        return self.failure is not None and recently

    async def _boot(self) -> Failure | None:
        around = self._around
        self.look()
        function = self.function
        if function is None:
            self._stamps = {}
            return Failure("BOOT_ERROR", "there is no such function any more.")
        self._stamps = _stamps(around.watched(function))
        lock = around.state / f"{self.name}.lock"
        if self._imports is None:
            self._imports = await imports.look(
                around.deno, function, around.project, lock, environment.for_fetching()
            )
        files = self._imports.files
        self._stamps = {**_stamps(files), **self._stamps}
        if self._imports.problems:
            return Failure("BOOT_ERROR", "; ".join(self._imports.problems))
        worker = await spawn(self._make(function, lock, files), self._log)
        listens = await worker.listens(_BOOT_TIMEOUT)
        if listens:
            self._log.note(f"process {worker.pid} listens on port {worker.port}")
            self.worker = worker
            task = asyncio.ensure_future(self._await_end(worker))
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)
            return None
        if worker.alive:
            worker.kill()
            await worker.ended()
            return Failure("BOOT_ERROR", f"it did not listen within {_BOOT_TIMEOUT:.0f} seconds.")
        return of_exit(await worker.ended(), self._log.said(), around.project, listened=False)

    def _make(self, function: project.Function, lock: Path, files: Iterable[Path]) -> Start:
        around = self._around
        own = dotenv.read(around.variables, around.named(around.variables))
        secrets = configuration.read(around.project).edge_runtime.secrets
        [port] = free(1)
        env = {
            **environment.of_the_machine(),
            **{name: value for name, value in secrets.items() if not name.startswith("SUPABASE_")},
            **own,
            **environment.of_the_platform(around.ports, around.keys, is_ours=function.is_ours),
            **environment.hidden({**command.environment(around.deno, function), **around.mark}),
            "DENO_SERVE_ADDRESS": f"tcp:{HOST}:{port}",
        }
        if function.is_ours:
            env["PORT"] = str(port)
        net = (around.ports.api, around.ports.db, port)
        arguments = command.run(around.deno, function, lock, net, files)
        return Start(arguments, env, function.folder, port)

    async def _await_end(self, worker: Worker) -> None:
        code = await worker.ended()
        known = worker in self.workers()
        self._forget(worker)
        if not known:
            return  # we ended it
        if worker.killed_for is not None:
            failure = Failure("WORKER_LIMIT", worker.killed_for)
        else:
            failure = of_exit(code, self._log.said(), self._around.project, listened=True)
        self._log.note(f"process {worker.pid} is gone: {failure.reason}")
        self._on_end(self, worker, failure)

    async def _end(self, worker: Worker) -> None:
        try:
            await asyncio.wait_for(worker.ended(), _MOMENTS)
        except TimeoutError:
            self._forget(worker)
            worker.kill()

    def _forget(self, worker: Worker) -> None:
        if worker in self.retired:
            self.retired.remove(worker)
        if self.worker is worker:
            self.worker = None


def _stamps(files: Iterable[Path]) -> Stamps:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
