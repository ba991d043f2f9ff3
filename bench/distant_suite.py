"""`wakti-sb test` against a project that is 50 ms away.

    python -m bench.distant_suite [--milliseconds 50] [--workers 4] [--json]

A stack of this machine behind a proxy that holds every byte back for half of the time each way. The
database is named too, through another such proxy.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from bench._project import ROOT, folder, running
from bench._report import (
    Report,
    figure,
    options,
    positive,
    run,
    show,
    target,
    targets_table,
    timed,
)
from wakti_sb.errors import StackError

NAME = "wakti-sb test"
MOST = 180.0  # seconds
_CHUNK = 1 << 16


def main() -> None:
    parser = options(__doc__, runs=1)
    parser.add_argument("--milliseconds", type=positive, default=50)
    parser.add_argument("--workers", type=positive, default=4)
    arguments = parser.parse_args()
    with folder() as project, running(project) as endpoint:
        away = arguments.milliseconds / 2000
        with distant(endpoint.api_url, away) as api, distant(endpoint.database, away) as database:
            env = {
                "WAKTI_URL": api,
                "WAKTI_DB_URL": database,
                "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
                "WAKTI_SECRET_KEY": endpoint.secret_key,
            }
            report = measure(env, arguments.workers, arguments.runs)
    show(report, _markdown, as_json=arguments.json)


def measure(env: dict[str, str], workers: int, runs: int) -> Report:
    """Seconds of the whole suite."""
    figures = figure([timed(lambda: suite(env, workers)) for _ in range(runs)])
    return {
        "runs": runs,
        "contenders": {NAME: {"seconds": figures}},
        "ratios": {},
        "targets": {"the suite, seconds": target(figures["median"], at_most=MOST)},
    }


def suite(env: dict[str, str], workers: int) -> None:
    """The command, which has to pass."""
    command = [sys.executable, "-c", "from wakti_sb.cli import main; main()", "test"]
    done = subprocess.run(
        [*command, "-n", str(workers)],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise StackError(f"wakti-sb test failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextmanager
def distant(url: str, seconds: float) -> Iterator[str]:
    """The same server, so many seconds away in each direction; yields its URL."""
    parts = urlsplit(url)
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            await asyncio.gather(
                _carry(reader, there[1], seconds), _carry(there[0], writer, seconds)
            )
        finally:
            there[1].close()
            writer.close()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(serve, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result()
    port = server.sockets[0].getsockname()[1]
    try:
        user = parts.netloc.rpartition("@")
        yield urlunsplit(parts._replace(netloc=f"{user[0]}{user[1]}127.0.0.1:{port}"))
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Nobody is let in any more, and who is on the way does not arrive."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # connections are closed in the loop's next round


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    """Pass bytes on, each piece when its time has come."""
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def deliver() -> None:
        while True:
            due, data = await waiting.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()

    delivered = asyncio.create_task(deliver())
    try:
        while data := await reader.read(_CHUNK):
            waiting.put_nowait((loop.time() + seconds, data))
    except OSError:
        pass
    waiting.put_nowait((loop.time() + seconds, b""))
    try:
        await delivered
        writer.close()
    except OSError:
        pass


def _markdown(report: Report) -> str:
    seconds = report["contenders"][NAME]["seconds"]["median"]
    return "\n".join(
        [
            "| seconds | |",
            "| --- | --- |",
            f"| {NAME} | {seconds} |",
            "",
            *targets_table(report["targets"]),
        ]
    )


if __name__ == "__main__":
    run(main)
