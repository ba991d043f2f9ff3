"""What is told and taken away when a run of pytest ends, if it brought a stack up."""

from __future__ import annotations

import shutil

import pytest

from wakti_sb.pytest_plugin import folder


def tell_left_out(reporter: pytest.TerminalReporter) -> None:
    """List the statements that were left out of the stack of this run."""
    shared = folder.made(reporter.config)
    if shared is None:
        return
    from wakti_sb.pytest_plugin import session

    left_out = session.left_out_of(shared)
    if left_out:
        reporter.section("statements that were left out of the stack", sep="-")
    for one in left_out:
        reporter.line(f"{one.file}:{one.line}: {one.statement}")
        reporter.line(f"  needs {one.extension}: {one.reason}")


def remove(config: pytest.Config) -> None:
    """Stop the stack in the folder of the run and remove both, in the process that chose it."""
    shared = folder.made(config)
    if hasattr(config, "workerinput") or shared is None:
        return
    from wakti_sb.pytest_plugin import session

    session.stop(shared)
    shutil.rmtree(shared, ignore_errors=True)
