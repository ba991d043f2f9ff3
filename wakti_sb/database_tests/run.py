"""Run files of tests, several at a time, each in a copy of the database."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from wakti_sb.database_tests.files import TestFile
from wakti_sb.database_tests.tap import Outcome, read
from wakti_sb.events import Listener, Step
from wakti_sb.stack import Copies

# As pg_prove runs them: results and nothing else, up to the first error.
_OPTIONS = (
    *("--no-psqlrc", "--quiet", "--no-align", "--tuples-only"),
    *("--pset", "pager=off", "--set", "ON_ERROR_STOP=1", "--set", "VERBOSITY=default"),
)
_EXTENSION = "create extension if not exists pgtap with schema extensions"


def run(
    files: Sequence[TestFile], copies: Copies, *, workers: int, listener: Listener
) -> tuple[Outcome, ...]:
    """What came of each file, in their order.

    A file that prepares the database runs in the one that is copied for those behind it; the
    others each in a copy, `workers` at a time.
    """
    outcomes: dict[str, Outcome] = {}
    copies.execute(_EXTENSION)
    for batch in _batches(files):
        listener(Step("running pgTAP", len(outcomes), len(files)))
        if batch[0].prepares:
            outcomes[batch[0].name] = _run(batch[0], copies, copies.original)
            continue
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for file, outcome in zip(
                batch, pool.map(lambda file: _in_a_copy(file, copies), batch), strict=True
            ):
                outcomes[file.name] = outcome
    return tuple(outcomes[file.name] for file in files)


def _batches(files: Sequence[TestFile]) -> Iterator[list[TestFile]]:
    """What can run at once: each file that prepares by itself, the others between them."""
    batch: list[TestFile] = []
    for file in files:
        if file.prepares:
            if batch:
                yield batch
            yield [file]
            batch = []
        else:
            batch.append(file)
    if batch:
        yield batch


def _in_a_copy(file: TestFile, copies: Copies) -> Outcome:
    with copies.copy() as url:
        return _run(file, copies, url)


def _run(file: TestFile, copies: Copies, url: str) -> Outcome:
    begun = time.perf_counter()
    done = subprocess.run(
        [copies.psql, *_OPTIONS, "--dbname", url, "--file", file.path.name],
        cwd=file.path.parent,  # `\ir` and `\i` of the file find their neighbours
        env=copies.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    seconds = time.perf_counter() - begun
    errors = done.stderr.replace(f"psql:{file.path.name}:", f"psql:{file.name}:")
    return read(file.name, done.stdout, errors, done.returncode, seconds)
