"""Rules about tables: who may read them at all, their keys and indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakti_sb.generate.quoting import ident
from wakti_sb.lint.catalog import API_ROLES, Catalog, ForeignKey, Table
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.replay.names import schema_of
from wakti_sb.lint.rules.naming import sql_name
from wakti_sb.spec import Spec

_SECRETS = re.compile(
    r"(password|passwd|pwd|passphrase|secret|(private|api|auth|session|ssh|pgp|license)_?key"
    r"|((access|refresh|oauth|session|bearer|auth|reset)_)?token|jwt|auth_code|otp|cv[cv]"
    r"|(recovery|backup|verification|activation)_code|(two_factor|totp|client|webhook)_secret"
    r"|ssn|social_security(_number)?|(passport|drivers?_license|national|tax|insurance)_(number|id)"
    r"|credit_card|card_number|bank_account|(account|routing)_number|iban|bic|swift_code"
    r"|(health|medical)_record|imei|mac_address)(_hash|_enc|_encrypted)?",
    re.IGNORECASE,
)
_STOPS_UPGRADES = frozenset(
    f"reg{kind}"
    for kind in (
        "collation",
        "config",
        "dictionary",
        "namespace",
        "oper",
        "operator",
        "proc",
        "procedure",
    )
)
_PLATFORM = frozenset({"auth", "storage", "realtime"})


def judge(catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """What the rules find."""
    for name, table in catalog.tables.items():
        exposed = schema_of(name) in spec.project.schemas
        if table.foreign:
            if exposed and _read_over_the_api(table):
                yield _foreign(name, table)
            continue
        yield from _guard(name, table, exposed)
        if not table.partition:
            yield from _shape(name, table)
        for key in table.foreign_keys.values():
            yield from _foreign_key(name, table, key)


def _read_over_the_api(table: Table) -> bool:
    return any("select" in table.privileges.get(role, ()) for role in API_ROLES)


def _guard(name: str, table: Table, exposed: bool) -> Iterator[Finding]:
    enable = f"alter table {sql_name(name)} enable row level security"
    if not table.row_security and table.policies:
        yield Finding.at(
            table.place,
            "policy_exists_rls_disabled",
            f"{name} has policies, and none holds: row level security is off",
            enable,
        )
    if exposed and not table.row_security:
        yield Finding.at(
            table.place,
            "table-without-rls",
            f"{name} is open to everyone who holds a publishable key",
            f"{enable}; lint does not follow dynamic SQL",
        )
        secret = [column for column in table.columns if _SECRETS.fullmatch(column)]
        if secret and _read_over_the_api(table):
            yield Finding.at(
                table.place,
                "sensitive_columns_exposed",
                f"everybody reads {name} ({', '.join(secret)})",
                f"{enable}, and revoke select on what nobody is to read",
            )
    if table.row_security and not table.policies and exposed:
        yield Finding.at(
            table.place,
            "rls_enabled_no_policy",
            f"{name} has row level security and no policy: nobody but the secret key gets in",
            "write its policies, or leave it so where that is meant",
        )


def _foreign(name: str, table: Table) -> Finding:
    return Finding.at(
        table.place,
        "foreign_table_in_api",
        f"everybody reads the foreign table {name}: no policy can guard it",
        f"revoke all on {sql_name(name)} from anon, authenticated, or move it to another schema",
    )


def _shape(name: str, table: Table) -> Iterator[Finding]:
    if not any(index.primary for index in table.indexes.values()) and table.columns:
        yield Finding.at(
            table.place,
            "no_primary_key",
            f"{name} has no primary key",
            f"alter table {sql_name(name)} add primary key (…)",
        )
    seen: dict[str, str] = {}
    for index in table.indexes.values():
        if not index.shape:
            continue
        first = seen.setdefault(index.shape, index.name)
        if first != index.name:
            yield Finding.at(
                index.place or table.place,
                "duplicate_index",
                f"{name} has the same index twice: {first} and {index.name}",
                f"drop index {sql_name(f'{schema_of(name)}.{index.name}')}",
            )
    for column, kind in table.types.items():
        if kind in _STOPS_UPGRADES:
            yield Finding.at(
                table.place,
                "unsupported_reg_types",
                f"{name}.{column} is a {kind}, which pg_upgrade refuses",
                "keep the name as text",
            )


def _foreign_key(name: str, table: Table, key: ForeignKey) -> Iterator[Finding]:
    if schema_of(key.target) in _PLATFORM and key.target_columns not in ((), ("id",)):
        yield Finding.at(
            key.place,
            "fkey_to_auth_unique",
            f"{name} points at {key.target} ({', '.join(key.target_columns)}), which is no primary"
            " key: the platform may change it",
            f"point at {key.target} (id)",
        )
    wanted = set(key.columns)
    for index in table.indexes.values():
        leading = set(index.columns[: len(wanted)])
        if leading == wanted and not index.partial and index.only_filled <= wanted:
            return
    columns = ", ".join(key.columns)
    yield Finding.at(
        key.place,
        "foreign-key-without-index",
        f"{name} ({columns}) points at {key.target} without an index: deleting a row there reads"
        " this whole table",
        f"create index on {sql_name(name)} ({', '.join(map(ident, key.columns))})",
    )
