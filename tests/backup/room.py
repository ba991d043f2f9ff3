"""The command on a disk that takes little more."""

from __future__ import annotations

import resource
from collections.abc import Sequence

from tests.command_line import main

_ROOM = 16_384  # bytes of one file


def without_room(arguments: Sequence[str]) -> None:
    """`wakti-sb`, in the forked process that becomes it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, _ROOM))
    main(arguments)
