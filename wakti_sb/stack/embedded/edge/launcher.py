"""The process that runs a stack's functions: started by `up`, asked by the gateway.

It listens on a port of this machine and reads a JSON object a line. The first line of a connection
is `{"token": …}`; whoever does not know it is cut off. Then:

| it is asked | it answers |
| --- | --- |
| `{"id", "op": "look", "name"}` | `{"id", "known", "verify_jwt", "is_ours", "files"}` |
| `{"id", "op": "start", "name", "lost"}` | the same, with `port` and `pid`, or with `failure` |
| `{"id", "op": "check"}` | `{"id", "functions"}`: a report of each, after starting all of them |
| `{"op": "release", "name", "pid"}` | nothing: that process is not needed any more |
| `{"op": "kill", "name", "pid", "why"}` | nothing: that process is over a limit |
| `{"op": "works", "name", "pid", "for"}` | nothing: its oldest request began so many seconds ago |

`lost` is a process that did not answer: the one that is named is another. By itself the launcher
says `{"gone": {"name", "pid", "failure"}}` when a process has ended or is about to be ended for a
limit, and `{"stale": {"name"}}` when another one is to be asked for: a file was changed that the
gateway cannot see, or the process has computed much. Its own end, by SIGTERM, ends every process
that it started.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wakti_sb.errors import WaktiError
from wakti_sb.stack import config as configuration
from wakti_sb.stack.embedded import keys
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.edge import project
from wakti_sb.stack.embedded.edge.client import SETTINGS, Settings, write_reports
from wakti_sb.stack.embedded.edge.failure import Failure
from wakti_sb.stack.embedded.edge.limits import Limits
from wakti_sb.stack.embedded.edge.slot import Slot
from wakti_sb.stack.embedded.edge.surroundings import Surroundings
from wakti_sb.stack.embedded.edge.worker import Worker
from wakti_sb.stack.embedded.ports import HOST, Ports

# Bytes that a process may hold: the heap of the platform's limit, and Deno itself.
_MOST_MEMORY = 512 * 1024 * 1024
_LOOK_EVERY = 1.0  # seconds between two looks at memory and at files that the gateway cannot see
# Processes that `up` leaves running though nobody has asked for them yet.
_MOST_UNASKED = 12


class Launcher:
    """Every function of a stack."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits = Limits(cpu=settings.cpu_limit)
        state = Path(settings.state)
        self._around = Surroundings(
            Path(settings.project),
            state,
            Path(settings.logs),
            Deno(settings.program, Path(settings.cache)),
            Ports(settings.api, settings.db),
            keys.load_or_make(Path(settings.keys)),
            settings.mark,
        )
        # What the gateway looks at by itself.
        self._seen = self._around.project / "supabase"
        self._slots: dict[str, Slot] = {}
        self._ends: dict[str, Failure] = {}
        self._asked: set[str] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._at_once = asyncio.Semaphore(max(2, os.cpu_count() or 2))

    async def serve(self) -> None:
        """Answer until SIGTERM."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, over.set)
        server = await asyncio.start_server(self._converse, HOST, self._settings.port)
        tasks = [asyncio.ensure_future(self._watch()), asyncio.ensure_future(self._prepare())]
        _print("ready")
        await over.wait()
        for task in tasks:
            task.cancel()
        server.close()
        for slot in self._slots.values():
            slot.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks: set[asyncio.Task[None]] = set()
        try:
            hello = json.loads(await reader.readline() or "{}")
            if not hmac.compare_digest(str(hello.get("token", "")), self._settings.token):
                return
            self._writers.add(writer)
            while line := await reader.readline():
                task = asyncio.ensure_future(self._hear(json.loads(line), writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except (ValueError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _hear(self, asked: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(asked)
        except Exception as error:  # the next question must be answered all the same
            _print(f"error: {type(error).__name__}: {error}")
            failure = Failure("BOOT_ERROR", f"a mistake of ours: {error}")
            answer = {"known": True, "failure": failure.as_json()}
        if answer is not None and "id" in asked:
            _tell(writer, {"id": asked["id"], **answer})

    async def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        match asked.get("op"):
            case "look":
                return self._look(str(asked["name"]))
            case "start":
                lost = asked.get("lost")
                return await self._start(str(asked["name"]), lost if lost is None else int(lost))
            case "check":
                return {"functions": await self._check()}
            case "release":
                if slot := self._slots.get(str(asked["name"])):
                    slot.release(int(asked["pid"]))
            case "kill":
                slot, worker = self._find(asked)
                if slot is not None and worker is not None:
                    slot.end(worker, str(asked["why"]))
            case "works":
                slot, worker = self._find(asked)
                if slot is not None and worker is not None:
                    self._weigh(slot, worker, float(asked["for"]))
        return None

    def _look(self, name: str) -> dict[str, Any]:
        known = self._slots.get(name)
        slot = known or Slot(name, self._around, self._ended)
        try:
            slot.look()
        except WaktiError as error:
            failure = Failure("BOOT_ERROR", f"{error.place}: {error.cause}")
            return {"known": True, "failure": failure.as_json()}
        function = slot.function
        if function is None:
            if known is not None:
                known.close()
                del self._slots[name]
            return {"known": False}
        self._slots[name] = slot
        return {
            "known": True,
            "verify_jwt": function.verify_jwt,
            "is_ours": function.is_ours,
            "files": [str(file) for file in slot.files],
        }

    async def _start(self, name: str, lost: int | None) -> dict[str, Any]:
        answer = self._look(name)
        if not answer["known"] or "failure" in answer:
            return answer
        slot = self._slots[name]
        self._asked.add(name)
        await slot.start(lost)
        self._ends.pop(name, None)
        self._report()
        answer["files"] = [str(file) for file in slot.files]
        if slot.failure is not None:
            return answer | {"failure": slot.failure.as_json()}
        if slot.worker is None:  # it ended in this very moment
            failure = Failure("WORKER_ERROR", "it ended as soon as it had started.")
            return answer | {"failure": failure.as_json()}
        return answer | {"port": slot.worker.port, "pid": slot.worker.pid}

    async def _prepare(self) -> None:
        """Fetch what every function imports, while the rest of the stack starts."""

        async def prepare(name: str) -> None:
            async with self._at_once:
                slot = self._slots.setdefault(name, Slot(name, self._around, self._ended))
                with contextlib.suppress(WaktiError):  # said when it is to start
                    await slot.prepare()

        with contextlib.suppress(WaktiError):
            config = configuration.read(self._around.project)
            found = project.find(self._around.project, config)
            await asyncio.gather(*(prepare(one.name) for one in found))

    async def _check(self) -> list[dict[str, Any]]:
        """Start every function once: what is wrong with one is known before it is asked for."""
        config = configuration.read(self._around.project)
        names = [one.name for one in project.find(self._around.project, config)]
        for name in self._slots.keys() - set(names):
            self._look(name)

        async def check(name: str) -> None:
            async with self._at_once:
                slot = self._slots.setdefault(name, Slot(name, self._around, self._ended))
                await slot.start()

        await asyncio.gather(*(check(name) for name in names))
        unasked = [self._slots[name] for name in names if name not in self._asked]
        for slot in unasked[_MOST_UNASKED:]:
            if slot.worker is not None:
                slot.release(slot.worker.pid)
        return self._report()

    def _find(self, asked: Mapping[str, Any]) -> tuple[Slot | None, Worker | None]:
        slot = self._slots.get(str(asked["name"]))
        if slot is None:
            return None, None
        numbered = {worker.pid: worker for worker in slot.workers()}
        return slot, numbered.get(int(asked["pid"]))

    def _weigh(self, slot: Slot, worker: Worker, seconds: float) -> None:
        """Hold a process to the limit of computing.

        Parameters:
            seconds: how long its oldest request has been under way.
        """
        most = self._limits.cpu
        now = time.monotonic()
        used = worker.computing.look(now, now - seconds, worker.cpu())
        if not most or used < self._limits.cpu_until_relieved:
            return
        if used >= most:
            slot.end(worker, f"it computed for more than {most:g} s while a request waited.")
        elif slot.relieve(worker):
            self._say({"stale": {"name": slot.name}})

    def _ended(self, slot: Slot, worker: Worker, failure: Failure) -> None:
        self._ends[slot.name] = failure
        gone = {"name": slot.name, "pid": worker.pid, "failure": failure.as_json()}
        self._say({"gone": gone})
        self._report()

    def _say(self, said: Mapping[str, Any]) -> None:
        for writer in self._writers:
            _tell(writer, said)

    def _report(self) -> list[dict[str, Any]]:
        """What `status` shows of each function."""
        found = []
        for name, slot in sorted(self._slots.items()):
            failure = slot.failure or (self._ends.get(name) if slot.worker is None else None)
            found.append(
                {
                    "name": name,
                    "pid": slot.worker.pid if slot.worker is not None else None,
                    "starts": slot.failure is None,
                    "reason": failure.reason if failure is not None else None,
                    "stand_ins": dict(slot.stand_ins),
                }
            )
        write_reports(self._around.state, found)
        return found

    async def _watch(self) -> None:
        """End what holds too much memory, and what runs old files that only we can see."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            for slot in list(self._slots.values()):
                if slot.worker is not None and slot.is_outdated(self._seen):
                    self._say({"stale": {"name": slot.name}})
                for worker in slot.workers():
                    if worker.alive and worker.memory() > _MOST_MEMORY:
                        most = _MOST_MEMORY // 1024 // 1024
                        slot.end(worker, f"it held more than {most} MiB of memory.")


def _tell(writer: asyncio.StreamWriter, said: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        writer.write(json.dumps(said).encode() + b"\n")


def _print(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings.from_json(os.environ.pop(SETTINGS))
    asyncio.run(Launcher(settings).serve())


if __name__ == "__main__":
    main()
