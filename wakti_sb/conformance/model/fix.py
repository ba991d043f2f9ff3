"""What would close a finding: statements that can be tried, or advice to a person."""

from __future__ import annotations


class Statements(str):
    """SQL statements, to be run as the owner of the tables."""

    __slots__ = ()


class Advice(str):
    """A sentence: nothing that can be run."""

    __slots__ = ()


Fix = Statements | Advice
NO_FIX = Advice("")
