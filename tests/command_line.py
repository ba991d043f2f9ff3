"""Runs `wakti-sb` as a user does, in a process of its own.

A run of the tests starts some hundreds of commands, and each would spend most of its time on
importing the same packages. So they are forked from a server of Python's own that has imported
them: arguments, folder, environment, output and exit code are those of a command, only its start
is not. Where the start matters, use `PROGRAM` or `wakti_from_nothing`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wakti_sb import cli

# Not the script beside this Python: a test must not depend on what is on PATH.
PROGRAM = [sys.executable, "-W", "error", "-c", "from wakti_sb.cli import main; main()"]

_TIMEOUT = 900.0  # seconds; a command that takes longer hangs, however busy the machine is
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "__main__",
        __name__,
        *(f"{cli.__name__}.{module.name}" for module in pkgutil.iter_modules(cli.__path__)),
        # These are imported late, by whoever needs them.
        "wakti_sb.migrate.runner",
        "wakti_sb.conformance.transports.client",
        "rich.console",
    ]
)


def wakti(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder `cwd` and wait for it."""
    if env is not None and "PYTHONPATH" in env:  # it decides what is imported
        return wakti_from_nothing(*arguments, cwd=cwd, env=env)
    return forked(main, arguments, cwd=cwd, env=env)


def wakti_from_nothing(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in a Python of its own: with its own imports, and its own seed of hashes."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
    )


def forked(
    program: Callable[[Sequence[str]], object],
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    started: Callable[[int], object] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a function of a module as if it were a program, in a process of its own.

    Parameters:
        program: takes the arguments; ends, or exits with a code as `sys.exit` does.
        started: is told the number of the process.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "stdout"), Path(folder, "stderr")
        told = (program, arguments, str(cwd), dict(os.environ | (env or {})), str(out), str(err))
        process = _SERVER.Process(target=_become, args=told)
        process.start()
        if started is not None and process.pid is not None:
            started(process.pid)
        process.join(_TIMEOUT)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), _TIMEOUT)
        code = process.exitcode
        process.close()
        return subprocess.CompletedProcess(
            list(arguments), code, out.read_text("utf-8"), err.read_text("utf-8")
        )


def assert_one_clear_sentence(done: subprocess.CompletedProcess[str], *, code: int = 2) -> None:
    """No traceback, the exit code of a wrong use, and few lines."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    last = [line for line in done.stderr.splitlines() if line.startswith("wakti-sb: ")]
    assert len(last) == 1, done.stderr


def _become(
    program: Callable[[Sequence[str]], object],
    arguments: Sequence[str],
    cwd: str,
    env: Mapping[str, str],
    out: str,
    err: str,
) -> None:
    """In the forked process: everything that a shell would have set up."""
    for descriptor, name in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    gc.freeze()  # what was imported stays: looking through it for garbage takes a quarter second
    program(arguments)


def main(arguments: Sequence[str]) -> None:
    """`wakti-sb`, where warnings are errors."""
    sys.argv = ["wakti-sb", *arguments]
    sys.warnoptions[:] = ["error"]
    warnings.resetwarnings()
    warnings.simplefilter("error")
    cli.main()
