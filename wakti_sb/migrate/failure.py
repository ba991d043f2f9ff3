"""Turn what the server said about a statement into an error that a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from pglast import parser

from wakti_sb.migrate.connection import Target
from wakti_sb.migrate.errors import ConnectionFailed, HistoryConflict, StatementFailed
from wakti_sb.migrate.reader import Migration
from wakti_sb.migrate.statements import Statement

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"

_OWN_FILE = (
    "Put it into a migration of its own whose first line is `-- pg-delta: transaction=false`."
)
_ADVICE = {
    "25001": _OWN_FILE,  # active_sql_transaction
    "2D000": _OWN_FILE,  # invalid_transaction_termination: a procedure that commits
    "55P04": "A new enum value can be used once its transaction has ended: in the next migration.",
    LOCK_NOT_AVAILABLE: "Other sessions kept the lock that it needs (see pg_stat_activity)."
    " Run it again when they are done.",
    DEADLOCK: "Other sessions took the same locks in another order. Run it again.",
}
_INLINE_LINE = re.compile(r"inline_code_block line (\d+)")


class Refused(Exception):
    """The server refused a statement (None: the commit, or the history row). Never leaves here.

    Parameters:
        as_written: it is the file's own text that was refused, so its positions are the file's.
    """

    def __init__(
        self, statement: Statement | None, error: psycopg.Error, *, as_written: bool = True
    ) -> None:
        super().__init__(str(error))
        self.statement = statement
        self.error = error
        self.as_written = as_written

    @property
    def retryable(self) -> bool:
        """Whether the same may go through when others have released their locks.

        An index that was being built concurrently is left behind broken, and in the way.
        """
        alone = self.statement is not None and self.statement.concurrent
        return self.error.sqlstate in {LOCK_NOT_AVAILABLE, DEADLOCK} and not alone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database holds after a migration failed.

    Parameters:
        kept: the statements of the file that stay in effect, because no transaction held them.
        before: the versions that this run applied before it.
        dry_run: everything is rolled back in any case.
        untried: places of statements that a dry run had to leave out.
    """

    kept: tuple[Statement, ...] = ()
    before: tuple[str, ...] = ()
    dry_run: bool = False
    untried: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """The outcome, for the end of an error message."""
        if self.dry_run:
            said = ["The dry run is rolled back: nothing of it was kept."]
            if self.untried:
                places = ", ".join(self.untried)
                said.append(f"It could not try {places}; that may be the reason.")
            return said
        if self.kept:
            lines = ", ".join(str(statement.line) for statement in self.kept)
            said = [
                f"The statements at line {lines} ran outside a transaction and stay; the file is"
                " not recorded. Undo them, or make them safe to run twice, then run it again."
            ]
        else:
            said = ["Nothing of this file was kept."]
        if self.before:
            said.append(f"Applied before it: {', '.join(self.before)}.")
        return said


def statement_failed(
    migration: Migration, refused: Refused, outcome: Outcome, target: Target
) -> StatementFailed | HistoryConflict:
    """The error for a statement that the server refused."""
    error, statement = refused.error, refused.statement
    diag = error.diag
    message = target.redact(diag.message_primary or str(error))
    taken = isinstance(error, psycopg.errors.UniqueViolation)
    if statement is None and taken and diag.schema_name == "supabase_migrations":
        return HistoryConflict(
            f"somebody else applied version {migration.version} at the same time",
            versions=(migration.version,),
            place=migration.file,
            remedy=" ".join([*outcome.sentences(), "Run it again for the rest."]),
        )
    details = [
        f"{label}: {target.redact(text)}".replace("\n", "\n    ")
        for label, text in (("detail", diag.message_detail), ("context", diag.context))
        if text
    ]
    hint = target.redact(diag.message_hint or "")
    advice = [text for text in (hint, _ADVICE.get(error.sqlstate or "")) if text]
    if statement is not None and statement.concurrent:
        advice.append(
            "An index that was being built without a transaction may be left invalid:"
            " `drop index` it before the next attempt."
        )
    return StatementFailed(
        message if statement else f"{message} (at the end of the file, when it was committed)",
        file=migration.file,
        text=migration.text,
        offset=_offset(migration.text, refused),
        sqlstate=error.sqlstate,
        details=tuple(details),
        remedy="\n  ".join([*advice, " ".join(outcome.sentences())]),
    )


def connection_lost(
    migration: Migration,
    statement: Statement | None,
    outcome: Outcome,
    target: Target,
    *,
    recorded: bool | None = False,
    alone: bool = False,
) -> ConnectionFailed:
    """The error for a connection that died while a file ran.

    Parameters:
        recorded: whether the history holds the file now; None if it could not be asked.
        alone: the statement ran outside a transaction.
    """
    if recorded is None:
        state = "It is applied wholly or not at all; `wakti-sb migrate --status` will tell."
    elif recorded:
        state = "It is applied and recorded all the same."
    elif alone:
        said = ["The statement ran outside a transaction: look whether it took effect."]
        state = " ".join([*said, *(outcome.sentences() if outcome.kept else [])])
    else:
        state = " ".join(outcome.sentences())
    place = migration.file
    if statement is not None:
        place += f":{statement.line}"
    return ConnectionFailed(
        f"the connection to {target.address} was lost while this ran",
        place=place,
        remedy=f"{state} Run it again when the server is back.",
    )


def _offset(text: str, refused: Refused) -> int:
    """The character that the server's message is about."""
    statement, error = refused.statement, refused.error
    if statement is None:
        return len(text.rstrip())
    if not refused.as_written:
        return statement.code
    if error.diag.statement_position:
        return statement.offset + int(error.diag.statement_position) - 1
    # The innermost call comes first; the last one is the file's own `do`.
    lines = _INLINE_LINE.findall(error.diag.context or "")
    return _body_line(statement, int(lines[-1])) if lines else statement.code


def _body_line(statement: Statement, number: int) -> int:
    """Where line `number` of the body begins, if this is a `do` statement."""
    tokens = [token for token in parser.scan(statement.sql) if "COMMENT" not in token.name]
    body = next((token.start for token in tokens if token.name == "SCONST"), None)
    if tokens[0].name != "DO" or body is None:
        return statement.code
    quoted = statement.sql[body:]
    opener = re.match(r"\$\w*\$|\w*'", quoted)
    at = body + (opener.end() if opener else 0)
    for _ in range(number - 1):
        at = statement.sql.find("\n", at) + 1
    rest = statement.sql[at:]
    return statement.offset + at + len(rest) - len(rest.lstrip())
