"""What sqlfluff said of a text before: it takes a second a file, and files rarely change.

Each answer is a file named by all that it depends on, so an old one is never wrong, only unused.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from wakti_sb.lint.finding import Finding

_KEPT = 1000  # answers; some megabyte


class Remembered:
    """Answers on disk.

    Parameters:
        folder: where they are; None remembers nothing. One that cannot be written to does no harm.
        always: what every answer depends on, such as the version of the tool and its settings.
    """

    def __init__(self, folder: Path | None, *always: str) -> None:
        self._folder = folder
        self._always = always

    def findings(
        self, file: str, depends: Iterable[str], judge: Callable[[], Iterable[Finding]]
    ) -> tuple[Finding, ...]:
        """What `judge` says of a file, or said before.

        Parameters:
            file: a name for the findings; the same text elsewhere gets the same answer.
            depends: the text, and what else decides the answer.
        """
        if self._folder is None:
            return tuple(judge())
        place = self._folder / f"{_digest((*self._always, *depends))}.json"
        known = _read(place)
        if known is not None:
            return tuple(replace(finding, file=file) for finding in known)
        found = tuple(judge())
        with suppress(OSError):
            _write(place, found)
            _forget_oldest(self._folder)
        return found


def _digest(parts: Iterable[str]) -> str:
    return sha256(json.dumps(list(parts)).encode()).hexdigest()


def _read(place: Path) -> tuple[Finding, ...] | None:
    try:
        return tuple(Finding(**entry) for entry in json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(place: Path, findings: Iterable[Finding]) -> None:
    """Whole or not at all: another run may read at the same time."""
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, suffix=".new")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([finding.as_dict() for finding in findings], file)
    Path(name).replace(place)


def _forget_oldest(folder: Path) -> None:
    answers = list(folder.iterdir())
    if len(answers) > _KEPT:
        answers.sort(key=lambda answer: answer.stat().st_mtime)
        for answer in answers[: _KEPT // 2]:
            answer.unlink(missing_ok=True)
