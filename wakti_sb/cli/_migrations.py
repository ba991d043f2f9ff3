"""What migrations do, as it happens: a bar for the files, a line for what is unusual."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wakti_sb import migrate
from wakti_sb.cli._output import note
from wakti_sb.events import Listener, Step


@contextmanager
def migration_events(listener: Listener) -> Iterator[migrate.OnEvent]:
    """Passes on what the migrations tell to the listener of a command."""

    def show(event: migrate.Event) -> None:
        match event:
            case migrate.FileStarted(name=name, index=index, total=total):
                listener(Step(f"applying {name}", index - 1, total))
            case migrate.FileSkipped(file=file, reason=reason):
                note(f"{file} is skipped: {reason}")
            case migrate.WaitingForRunner(application=application, pid=pid):
                note(f"waiting for another runner ({application}, server process {pid})")
            case migrate.Retrying(file=file, reason=reason, attempt=attempt, attempts=attempts):
                note(f"{file}: {reason}; trying again ({attempt} of {attempts})")
            case migrate.ServerNotice(severity=severity, message=message):
                if severity == "WARNING":
                    note(f"the server warns: {message}")

    yield show
