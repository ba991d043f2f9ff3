"""How a statement has to be run, as far as transactions go. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any

from pglast import ast, enums


class Kind(Enum):
    """How a statement has to be run."""

    ORDINARY = "ordinary"  # in the file's transaction
    ALONE = "alone"  # the server refuses it inside a transaction
    BEGIN = "begin"  # a plain `begin`
    BEGIN_WITH = "begin with"  # one with options
    COMMIT = "commit"  # a plain `commit`
    ROLLBACK = "rollback"  # a plain `rollback`
    CHAIN = "chain"  # ends a transaction and begins the next
    TWO_PHASE = "two-phase"  # `prepare transaction` and what ends one that was prepared
    COMMENT = "comment"  # nothing to run


VECTOR_INDEXES = frozenset({"hnsw", "ivfflat"})  # the access methods of pgvector
# The same in the text of a block: `using hnsw (…) with (…)`, with brackets three deep.
VECTOR_INDEX = re.compile(
    r"\busing\s+(hnsw|ivfflat)\s*"
    r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:\s*with\s*\([^()]*\))?",
    re.IGNORECASE,
)
# Extensions that a project of the platform had from the beginning at some time, and may drop.
GIVEN_EXTENSIONS = frozenset({"pg_graphql", "pg_net", "pgjwt", "pgsodium"})
# What stands between two words of a statement, also of one that a block has cut into texts.
_GAP = r"(?:\s|'\s*(?:\|\|)?\s*')+"
_NAME = r'(?:"[^"]+"|\w+)'
# What the platform lets postgres make, in the text of a block.
EVENT_TRIGGER = re.compile(
    rf"\bcreate{_GAP}event{_GAP}trigger{_GAP}(?P<name>{_NAME}){_GAP}on{_GAP}(?P<event>\w+)"
    rf"(?:{_GAP}when{_GAP}tag{_GAP}in\s*\((?P<tags>[^)]*)\))?"
    rf"{_GAP}execute{_GAP}(?:function|procedure){_GAP}(?P<function>{_NAME}(?:\.{_NAME})?)\s*\(\s*\)",
    re.IGNORECASE,
)
PUBLICATION_OF_ALL = re.compile(
    rf"\bcreate{_GAP}publication{_GAP}(?P<name>{_NAME}){_GAP}for{_GAP}all{_GAP}tables\b"
    rf"(?:{_GAP}with\s*\(\s*publish\s*=\s*'+(?P<published>[^']*)'+\s*\))?",
    re.IGNORECASE,
)
CONTROLS = frozenset(
    {Kind.BEGIN, Kind.BEGIN_WITH, Kind.COMMIT, Kind.ROLLBACK, Kind.CHAIN, Kind.TWO_PHASE}
)


def kind_of(node: Any) -> Kind:
    """The kind of a parsed statement."""
    if isinstance(node, ast.TransactionStmt):
        return _transaction_kind(node)
    return Kind.ALONE if _refuses_transaction(node) else Kind.ORDINARY


def begins(kind: Kind) -> bool:
    """Whether a transaction is open after the statement that was not before."""
    return kind in (Kind.BEGIN, Kind.BEGIN_WITH)


def ends(kind: Kind) -> bool:
    """Whether no transaction is open after the statement."""
    return kind in (Kind.COMMIT, Kind.ROLLBACK, Kind.TWO_PHASE)


def _transaction_kind(node: Any) -> Kind:
    kinds = enums.TransactionStmtKind
    inner = (
        kinds.TRANS_STMT_SAVEPOINT,
        kinds.TRANS_STMT_RELEASE,
        kinds.TRANS_STMT_ROLLBACK_TO,
    )
    if node.kind in inner:
        return Kind.ORDINARY
    if node.kind in (kinds.TRANS_STMT_BEGIN, kinds.TRANS_STMT_START):
        return Kind.BEGIN_WITH if node.options else Kind.BEGIN
    if node.kind in (kinds.TRANS_STMT_COMMIT, kinds.TRANS_STMT_ROLLBACK):
        plain = Kind.COMMIT if node.kind == kinds.TRANS_STMT_COMMIT else Kind.ROLLBACK
        return Kind.CHAIN if node.chain else plain
    return Kind.TWO_PHASE


def _refuses_transaction(node: Any) -> bool:
    """What PostgreSQL will not run inside a transaction block (its PreventInTransactionBlock)."""
    match node:
        case (
            ast.AlterSystemStmt()
            | ast.CreatedbStmt()
            | ast.DropdbStmt()
            | ast.CreateTableSpaceStmt()
            | ast.DropTableSpaceStmt()
            | ast.CreateSubscriptionStmt()  # unless it makes no slot on the publisher
            | ast.AlterSubscriptionStmt()  # when it refreshes
            | ast.DropSubscriptionStmt()
        ):
            return True
        case ast.VacuumStmt():
            return bool(node.is_vacuumcmd)
        case ast.ClusterStmt():
            return node.relation is None
        case ast.DiscardStmt():
            return bool(node.target == enums.DiscardMode.DISCARD_ALL)
        case ast.AlterDatabaseStmt():
            return any(option.defname == "tablespace" for option in node.options or ())
        case ast.ReindexStmt():
            kinds = enums.ReindexObjectType
            single = (kinds.REINDEX_OBJECT_INDEX, kinds.REINDEX_OBJECT_TABLE)
            return node.kind not in single or _on(node.params, "concurrently")
    return is_concurrent(node)


def is_concurrent(node: Any) -> bool:
    """Whether the statement says CONCURRENTLY."""
    match node:
        case ast.IndexStmt() | ast.DropStmt():
            return bool(node.concurrent)
        case ast.ReindexStmt():
            return _on(node.params, "concurrently")
        case ast.AlterTableStmt():
            return any(
                isinstance(command.def_, ast.PartitionCmd) and command.def_.concurrent
                for command in node.cmds or ()
            )
    return False


def _on(options: Iterable[Any] | None, name: str) -> bool:
    """Whether a boolean option is on; named without a value it is."""
    for option in options or ():
        if option.defname == name:
            value = getattr(option.arg, "sval", getattr(option.arg, "ival", True))
            return str(value).lower() in {"true", "on", "1"}
    return False


def is_platform_only(node: Any, sql: str) -> bool:
    """Whether the platform accepts it and a PostgreSQL without its extensions may not."""
    if "-x-icu" in sql:
        return True
    match node:
        case ast.CreateEventTrigStmt():
            return True
        case ast.CreatePublicationStmt():
            return bool(node.for_all_tables)
        case ast.IndexStmt():
            return node.accessMethod in VECTOR_INDEXES
        case ast.DoStmt():
            patterns = (VECTOR_INDEX, EVENT_TRIGGER, PUBLICATION_OF_ALL)
            return any(pattern.search(sql) for pattern in patterns)
        case ast.DropStmt(removeType=enums.ObjectType.OBJECT_EXTENSION, missing_ok=False):
            return any(name.sval in GIVEN_EXTENSIONS for name in node.objects or ())
        case ast.AlterExtensionStmt():
            return True
        case ast.AlterObjectSchemaStmt():
            return node.objectType == enums.ObjectType.OBJECT_EXTENSION
        case ast.DefineStmt():
            return node.kind == enums.ObjectType.OBJECT_COLLATION and _is_icu(node)
    return False


def _is_icu(node: Any) -> bool:
    for option in node.definition or ():
        if option.defname == "provider":
            return [part.sval for part in getattr(option.arg, "names", ())] == ["icu"]
    return False
