"""The log of one function: a time before each line, a limit, and no secret in it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

# Bytes of one file; an earlier one is kept beside it as `NAME.log.1`.
LIMIT = 5 * 1024 * 1024
_KEPT = 60  # lines in memory, to find the reason of an end in


class Log:
    """A file that a function's lines go into.

    Parameters:
        file: where it is.
        secrets: what is never written.
    """

    def __init__(self, file: Path, secrets: Sequence[str]) -> None:
        self._file = file
        self._secrets = secrets
        self._size = 0
        self._descriptor: int | None = None
        self._last: deque[str] = deque(maxlen=_KEPT)

    def begin(self) -> None:
        """Forget what an earlier process said."""
        self._last.clear()

    def said(self) -> list[str]:
        """The last lines of the process that began last."""
        return list(self._last)

    def write(self, line: str) -> None:
        """A line of the function."""
        for secret in self._secrets:
            line = line.replace(secret, "…")
        self._last.append(line)
        self._print(line)

    def note(self, line: str) -> None:
        """A line about the function."""
        self._print(f"[wakti-sb] {line}")

    def close(self) -> None:
        """Nothing more is written."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _print(self, line: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        data = f"{now}Z {line}\n".encode("utf-8", "replace")
        if self._descriptor is not None and self._size + len(data) > LIMIT:
            self.close()
            self._file.replace(self._file.with_name(f"{self._file.name}.1"))
        if self._descriptor is None:
            self._open()
        if self._descriptor is not None:
            try:
                self._size += os.write(self._descriptor, data)
            except OSError:
                self.close()  # a full disk must not stop a function

    def _open(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = os.open(self._file, flags, 0o600)
            self._size = os.fstat(self._descriptor).st_size
        except OSError:
            self._descriptor = None
