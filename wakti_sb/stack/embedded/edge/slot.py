"""One function in the launcher: its process, or why it has none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from wakti_sb.errors import SpecError
from wakti_sb.stack import config as configuration
from wakti_sb.stack import dotenv
from wakti_sb.stack.embedded.edge import command, environment, imports, project
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
        self._may_recall = True
        self._is_recalled = False
        self._failed_at = 0.0
        self._log = Log(around.log(name), environment.secrets_of(around.keys))
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def files(self) -> list[Path]:
        """What a change of means a new process; some need not be there."""
        return list(self._stamps)

    @property
    def stand_ins(self) -> Mapping[str, str]:
        """By address, what stands in for a module that is out of reach."""
        return self._imports.stand_ins if self._imports is not None else {}

    def is_outdated(self, seen: Path) -> bool:
        """Whether a file outside the folder `seen` has changed."""
        outside = [file for file in self._stamps if not file.is_relative_to(seen)]
        return any(_stamp(file) != self._stamps[file] for file in outside)

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
                if self.failure is not None and self._is_recalled:
                    # The cache may have been emptied since.
                    self._may_recall = self._is_recalled = False
                    self._imports = None
                    self.failure = await self._boot()
            except SpecError as error:
                self.failure = Failure("BOOT_ERROR", f"{error.place}: {error.cause}")
            if self.failure is not None:
                self._failed_at = time.monotonic()
                self._log.note(f"does not start: {self.failure.reason}")

    async def prepare(self) -> None:
        """Fetch what it imports, so that its start need not wait for that."""
        async with self._lock:
            self.look()
            if self.function is not None and not self._stamps:
                await self._look_at_imports(self.function)

    def release(self, pid: int) -> None:
        """End a process that nobody waits for any more."""
        for worker in self.workers():
            if worker.pid == pid:
                self._forget(worker)
                worker.kill()

    def relieve(self, worker: Worker) -> bool:
        """Have another process take the next requests; False if one does already.

        This one goes on with those that it has, and the gateway lets go of it after the last.
        """
        if self.worker is not worker:
            return False
        self.retired.append(worker)
        self.worker = None
        self._log.note(
            f"process {worker.pid} has computed much: another one takes its next requests"
        )
        return True

    def end(self, worker: Worker, why: str) -> None:
        """End a process at once, for a resource limit.

        It is told first, so that whoever waits for an answer learns why there is none.

        Parameters:
            why: in words.
        """
        self._forget(worker)
        self._log.note(f"process {worker.pid} is ended: {why}")
        self._on_end(self, worker, Failure("WORKER_LIMIT", why))
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
        found = await self._look_at_imports(function)
        if found.problems:
            return Failure("BOOT_ERROR", "; ".join(found.problems))
        for address, substitute in found.stand_ins.items():
            self._log.note(f"{address} is out of reach: {substitute} stands in for it")
        function = found.instead or function
        worker = await spawn(self._make(function, found.files), self._log)
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

    async def _look_at_imports(self, function: project.Function) -> imports.Imports:
        """What it imports, as it was found before if that holds; remembers what that depends on."""
        around = self._around
        self._stamps = _stamps(around.watched(function))
        if self._imports is None and self._may_recall:
            self._imports = self._recall()
            self._is_recalled = self._imports is not None
        if self._imports is None:
            self._imports = await imports.look(
                around.deno,
                function,
                around.project,
                self._lock_file,
                environment.for_fetching(),
            )
        self._stamps = {**_stamps(self._imports.files), **self._stamps}
        self._keep(self._imports)
        return self._imports

    def _keep(self, found: imports.Imports) -> None:
        """Write down what was found, for the next `up`: looking again takes its time."""
        if found.problems or found.stand_ins:
            self._kept.unlink(missing_ok=True)
            return
        stamps = {str(file): stamp for file, stamp in self._stamps.items()}
        files = [str(file) for file in found.files]
        self._kept.write_text(json.dumps({"stamps": stamps, "files": files}), "utf-8")

    def _recall(self) -> imports.Imports | None:
        """What was found earlier, if no file has changed since."""
        try:
            kept = json.loads(self._kept.read_text("utf-8"))
            files = tuple(Path(file) for file in kept["files"])
            now = {**_stamps(files), **self._stamps}
            then = {Path(file): stamp and tuple(stamp) for file, stamp in kept["stamps"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return imports.Imports(files) if now == then else None

    @property
    def _kept(self) -> Path:
        return self._around.state / f"{self.name}.imports.json"

    @property
    def _lock_file(self) -> Path:
        return self._around.state / f"{self.name}.lock"

    def _make(self, function: project.Function, files: Iterable[Path]) -> Start:
        around = self._around
        own = dotenv.read(around.variables, around.named(around.variables))
        config = configuration.read(around.project)
        said = {**config.edge_runtime.secrets, **config.function(self.name).env, **own}
        [port] = free(1)
        env = {
            **environment.of_the_machine(),
            # These names are the platform's.
            **{name: value for name, value in said.items() if not name.startswith("SUPABASE_")},
            **environment.of_the_platform(around.ports, around.keys, is_ours=function.is_ours),
            **environment.hidden({**command.environment(around.deno, function), **around.mark}),
            "DENO_SERVE_ADDRESS": f"tcp:{HOST}:{port}",
        }
        if function.is_ours:
            env["PORT"] = str(port)
        net = (around.ports.api, around.ports.db, port)
        arguments = command.run(around.deno, function, self._lock_file, net, files)
        return Start(arguments, env, function.folder, port)

    async def _await_end(self, worker: Worker) -> None:
        code = await worker.ended()
        known = worker in self.workers()
        self._forget(worker)
        if not known:
            return  # we ended it
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
