"""One real stack for a session, a clean database for whoever asks for one."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import signal
import ssl
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from tests import official_cli as official
from wakti_sb.stack import EmbeddedStack, Endpoint

pytest_plugins = ["pytester", "tests.chromium", "tests.deploy.hosted"]

# Every HTTP client reads the certificates of all authorities, for 20 ms, and the tests make some
# thousands of clients that speak to this machine without any. They share what was read once.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]

# A shell ignores Ctrl-C for what it runs in the background, and programs inherit that: those of the
# tests are to be stopped by it, however the tests were started.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
SUPERUSER = "supabase_admin:postgres"
MEMORY = Path("/dev/shm")
PREFIX = "wakti-sb-tests-"  # of a folder there, with the number of the process that made it
WARM = "WAKTI_TESTS_STACK"  # the folder of a stack that runs already; `make mutants` shares one
ROOM = 2 << 30  # bytes; a run takes about half of that


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by `-m`
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with `slow_after(n)` all but the first `n` cases are slow."""
    seen = Counter[str]()
    for item in items:
        mark = item.get_closest_marker("slow_after")
        if mark is None:
            continue
        test = item.nodeid.partition("[")[0]
        seen[test] += 1
        if seen[test] > mark.args[0]:
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What was imported and collected stays; nobody needs to look through it for garbage."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _databases_in_memory() -> Iterator[None]:
    """Where the system has room for them: the tests make a thousand databases of 350 files each."""
    if WARM in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield
        return
    for left in MEMORY.glob(f"{PREFIX}*"):  # by a run that was killed
        if not psutil.pid_exists(int(left.name.removeprefix(PREFIX).partition("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=MEMORY) as folder:
        Path(folder).chmod(0o755)  # root's server runs as somebody else
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WAKTI_DATA", folder)
            yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what fuzzing sent and what came back, so that a reader of a log need not believe it."""
    runs = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == "fuzz"
    ]
    if runs:
        terminalreporter.section("fuzzing of the site API")
        for _, line in runs:
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"{sum(cases for cases, _ in runs)} cases")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """This repository's backend on free ports, in a folder of its own."""
    if WARM in os.environ:
        yield EmbeddedStack(Path(os.environ[WARM]))
        return
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "supabase", folder / "supabase")
    # Passwords in tests guard nothing; hashing them as slowly as in production would take minutes.
    (folder / "supabase" / "functions" / ".env").write_text("WAKTI_PBKDF2_ITERATIONS=1000\n")
    stack = EmbeddedStack(folder)
    stack.up(port=0)
    yield stack
    stack.down(remove_data=True)


@pytest.fixture(scope="session")
def disturbed() -> list[str]:
    """Names of tests that may have left tables and policies of their own in the database."""
    return ["of an earlier run"] if WARM in os.environ else []


@pytest.fixture(scope="session")
def second_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """Another one, with keys of its own."""
    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(ROOT / "supabase", folder / "supabase")
    stack = EmbeddedStack(folder)
    stack.up(port=0)
    yield stack
    stack.down(remove_data=True)


@pytest.fixture(scope="module")
def endpoint(stack: EmbeddedStack, disturbed: list[str]) -> Endpoint:
    """Where the stack answers; the database holds migrations, and rows of other tests."""
    if disturbed:
        disturbed.clear()
        stack.reset()
    return stack.endpoint()


@pytest.fixture
def clean(
    stack: EmbeddedStack, disturbed: list[str], request: pytest.FixtureRequest
) -> Iterator[Endpoint]:
    """The same for this test alone: a clean, migrated database and no files."""
    yield stack.reset()
    disturbed.append(request.node.nodeid)


@pytest.fixture
def empty_database(endpoint: Endpoint) -> Iterator[str]:
    """URL of a database with the platform's roles and schemas and nothing else, as postgres."""
    with clone_of("wakti_platform", endpoint) as url:
        yield url


@pytest.fixture
def db_url(endpoint: Endpoint) -> Iterator[str]:
    """URL of a database of this test's own with every migration applied, as postgres."""
    with clone_of("wakti_template", endpoint) as url:
        yield url


@pytest.fixture(scope="session")
def official_cli() -> Path:
    """The official Supabase CLI's program."""
    return official.fetch()


@contextmanager
def clone_of(template: str, endpoint: Endpoint) -> Iterator[str]:
    """The URL of a copy of a database, as postgres; dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    server = endpoint.database.removesuffix("/postgres").replace("postgres:postgres", SUPERUSER)
    database = sql.Identifier(name)
    with psycopg.connect(f"{server}/template1", autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} owner postgres")
        connection.execute(statement.format(database, sql.Identifier(template)))
        yield f"{endpoint.database.removesuffix('/postgres')}/{name}"
        connection.execute(sql.SQL("drop database {} with (force)").format(database))
