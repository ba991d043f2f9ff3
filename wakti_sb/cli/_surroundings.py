"""What a command finds around it before it begins: letters, and the folder where it stands."""

from __future__ import annotations

import errno
import io
import locale
import os
import sys
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem

# What a machine holds against a command: no mistake of ours, whichever file it is about.
_OF_THE_MACHINE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG),
    *(errno.EMFILE, errno.ENFILE, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR),
)


def speak_utf8() -> None:
    """Start again with UTF-8 where Python was told another encoding of files and names.

    Projects are written in UTF-8, whatever the locale of the terminal says. What the encoding of a
    stream lacks is escaped.
    """
    told = locale.getencoding().lower().replace("-", "")
    if not sys.flags.utf8_mode and told != "utf8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  (this very command)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="backslashreplace")


def stand_somewhere() -> None:
    """Raise EnvironmentProblem if the folder where the command was started is gone."""
    try:
        Path.cwd()
    except OSError as error:
        raise EnvironmentProblem(
            f"the folder where this command runs cannot be read: {error.strerror}",
            remedy="Go to a folder that is there.",
        ) from error


def of_the_machine(error: OSError) -> EnvironmentProblem | None:
    """The same as something that this machine lacks, with the file; None if it is our mistake."""
    if error.errno not in _OF_THE_MACHINE:
        return None
    place = error.filename2 or error.filename
    return EnvironmentProblem(
        f"cannot be read or written: {error.strerror}",
        place=None if place is None else os.fsdecode(place) if not isinstance(place, int) else None,
        remedy="Whoever runs wakti-sb must be allowed to, and have room there.",
    )
