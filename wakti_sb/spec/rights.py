"""Who may do one thing to one row: a small algebra, its text form and its meaning.

    none                        nobody but the secret key
    own                         the person the row belongs to
    member, role:NAME           who belongs to the row's place, in any role or in one
    shared, shared:NAME         with whom the row is shared, in any way or in one
    authenticated               everybody who is signed in
    public [where CONDITION]    everybody, to the rows for which the condition holds
    claim:NAME=VALUE            whose access token says so (`claim:aal=aal2`)
    claim:NAME={COLUMN}         whose access token names what stands in this column of the row
    X and Y, X or Y, (X)        `and` binds closer

A condition is `COLUMN`, `not COLUMN`, `COLUMN = VALUE`, `COLUMN is null`, `COLUMN is not null` or
`COLUMN <= now()`, which null does not meet.
Beside `public where`, the owner of a row reads it always: opening some rows to everyone takes
nothing from the person they belong to.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Condition:
    """Something about the row itself: `column operator value`."""

    column: str
    operator: str = "true"  # true, false, =, null, not null, past
    value: str | int | bool | None = None

    def holds(self, row: Mapping[str, object]) -> bool:
        """Whether a row with these values meets it; null meets only `is null`."""
        value = row.get(self.column)
        match self.operator:
            case "true":
                return value is True
            case "false":
                return value is False
            case "null":
                return value is None
            case "not null":
                return value is not None
            case "past":
                return value is not None and _is_past(value)
            case _:
                return value is not None and value == self.value

    def __str__(self) -> str:
        column = _word(self.column)
        match self.operator:
            case "true":
                return column
            case "false":
                return f"not {column}"
            case "null" | "not null":
                return f"{column} is {self.operator}"
            case "past":
                return f"{column} <= now()"
            case _:
                return f"{column} = {_value(self.value)}"


@dataclass(frozen=True)
class Nobody:
    """Nobody but the secret key."""

    kind: ClassVar[str] = "none"

    def __str__(self) -> str:
        return "none"


@dataclass(frozen=True)
class Own:
    """The person the row belongs to."""

    kind: ClassVar[str] = "own"

    def __str__(self) -> str:
        return "own"


@dataclass(frozen=True)
class Member:
    """Who belongs to the row's place; `role` None means in any role."""

    kind: ClassVar[str] = "member"

    role: str | None = None

    def __str__(self) -> str:
        return "member" if self.role is None else f"role:{_word(self.role)}"


@dataclass(frozen=True)
class Shared:
    """With whom the row is shared; `role` None means in any way."""

    kind: ClassVar[str] = "shared"

    role: str | None = None

    def __str__(self) -> str:
        return "shared" if self.role is None else f"shared:{_word(self.role)}"


@dataclass(frozen=True)
class Authenticated:
    """Everybody who is signed in."""

    kind: ClassVar[str] = "authenticated"

    def __str__(self) -> str:
        return "authenticated"


@dataclass(frozen=True)
class Public:
    """Everybody, signed in or not, to the rows for which the condition holds."""

    kind: ClassVar[str] = "public"

    where: Condition | None = None

    def __str__(self) -> str:
        return "public" if self.where is None else f"public where {self.where}"


@dataclass(frozen=True)
class Claim:
    """Whose access token holds this value; a dotted name leads into an object."""

    kind: ClassVar[str] = "claim"

    path: tuple[str, ...]
    value: str

    def __str__(self) -> str:
        return f"claim:{'.'.join(self.path)}={_word(self.value)}"


@dataclass(frozen=True)
class TokenNames:
    """Whose access token holds the value of a column of the row; null is nobody's."""

    kind: ClassVar[str] = "token"

    path: tuple[str, ...]
    column: str

    def __str__(self) -> str:
        return f"claim:{'.'.join(self.path)}={{{self.column}}}"


@dataclass(frozen=True)
class AllOf:
    """All of the parts."""

    kind: ClassVar[str] = "and"

    parts: tuple[Right, ...]

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, AnyOf) else str(p) for p in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """At least one of the parts."""

    kind: ClassVar[str] = "or"

    parts: tuple[Right, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Right = Nobody | Own | Member | Shared | Authenticated | Public | Claim | TokenNames | AllOf | AnyOf


@dataclass(frozen=True)
class Standing:
    """What one person is to one row; the default is a visitor who is not signed in."""

    signed_in: bool = False
    owns: bool = False
    roles: frozenset[str] | None = None  # None: not a member; a member without a role: empty
    shares: frozenset[str] | None = None  # None: it is not shared with them; else in which ways
    row: Mapping[str, object] = field(default_factory=dict)
    claims: Mapping[str, object] = field(default_factory=dict)


def allows(right: Right, who: Standing) -> bool:
    """Whether `right` lets somebody of this standing in. Pure: this is the declared intent."""
    match right:
        case Nobody():
            return False
        case Own():
            return who.signed_in and who.owns
        case Member(role=None):
            return who.signed_in and who.roles is not None
        case Member(role=role):
            return who.signed_in and role in (who.roles or frozenset())
        case Shared(role=None):
            return who.signed_in and who.shares is not None
        case Shared(role=role):
            return who.signed_in and role in (who.shares or frozenset())
        case Authenticated():
            return who.signed_in
        case Public(where=where):
            if where is None or where.holds(who.row):
                return True
            return who.signed_in and who.owns
        case Claim(path=path, value=value):
            return who.signed_in and _claim(who.claims, path) == value
        case TokenNames(path=path, column=column):
            named = who.row.get(column)
            same = named is not None and _claim(who.claims, path) == str(named)
            return who.signed_in and same
        case AllOf(parts=parts):
            return all(allows(part, who) for part in parts)
        case AnyOf(parts=parts):
            return any(allows(part, who) for part in parts)


def atoms(right: Right) -> Iterator[Right]:
    """The parts of `right` that are neither `and` nor `or`, from left to right."""
    if isinstance(right, AllOf | AnyOf):
        for part in right.parts:
            yield from atoms(part)
    else:
        yield right


def admits_anon(right: Right) -> bool:
    """Whether somebody who is not signed in can be let in for some row."""
    match right:
        case Public():
            return True
        case AllOf(parts=parts):
            return all(admits_anon(part) for part in parts)
        case AnyOf(parts=parts):
            return any(admits_anon(part) for part in parts)
        case _:
            return False


def _claim(claims: Mapping[str, object], path: tuple[str, ...]) -> str | None:
    value: object = claims
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return str(value).lower()  # as PostgreSQL's ->> spells it
    return None if value is None else str(value)


def _is_past(value: object) -> bool:
    """Whether a date or time has come, by this machine's clock; one without a zone is in UTC."""
    if str(value) in ("infinity", "-infinity"):
        return value == "-infinity"
    moment = (
        value if isinstance(value, datetime.date) else datetime.datetime.fromisoformat(str(value))
    )
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment <= datetime.datetime.now(datetime.UTC)


def _word(text: str) -> str:
    plain = text and not any(c.isspace() or c in "'()={}<" for c in text)
    return text if plain else _quoted(text)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
