"""Every error that wakti-sb raises on purpose.

WaktiError                  exit code 2 unless a subclass says otherwise
├── UsageError              the command was called in a way that cannot work
├── SpecError               wakti.toml is missing, broken or contradicts itself
├── GenerateError           the sources cannot be rendered into supabase/
├── MigrationError          a migration cannot be read or applied
├── EnvironmentProblem      something this machine lacks: a port, a folder, a program
├── StackError              a stack is not in the state that the command needs
├── ConformanceError        the conformance run cannot reach a verdict
└── Findings                the command worked and found something (exit code 1)
"""

from __future__ import annotations


class WaktiError(Exception):
    """What went wrong, where, and what to do about it.

    Parameters:
        cause: one sentence a person understands.
        place: the file, key or address it is about.
        remedy: the one thing to do next.
    """

    exit_code = 2

    def __init__(self, cause: str, *, place: str | None = None, remedy: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.place}: {self.cause}" if self.place else self.cause
        return f"{text}\n  {self.remedy}" if self.remedy else text


class UsageError(WaktiError):
    """The command was called in a way that cannot work."""


class SpecError(WaktiError):
    """wakti.toml is missing, broken or contradicts itself."""


class GenerateError(WaktiError):
    """The sources cannot be rendered into supabase/."""


class MigrationError(WaktiError):
    """A migration cannot be read or applied."""


class EnvironmentProblem(WaktiError):
    """Something this machine lacks: a port, a folder, a program."""


class StackError(WaktiError):
    """A stack is not in the state that the command needs."""


class ConformanceError(WaktiError):
    """The conformance run cannot reach a verdict."""


class Findings(WaktiError):
    """The command worked and found something that a person must look at."""

    exit_code = 1
