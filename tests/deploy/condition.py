"""How a hosted project is, in a form that can be compared."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.deploy.platform import Platform

_OBJECTS = """
select 'relation', oid::regclass::text from pg_class
where relnamespace::regnamespace::text !~ '^pg_'
union all select 'role', rolname from pg_authid
union all select 'function', oid::regprocedure::text || md5(coalesce(prosrc, '')) from pg_proc
union all select 'policy', tablename || policyname || coalesce(qual, '') from pg_policies
union all select 'bucket', to_jsonb(b)::text from (
  select id, public, file_size_limit, allowed_mime_types from storage.buckets
) as b
order by 1, 2
"""


@dataclass(frozen=True)
class Condition:
    """What a deployment is to bring about, without what differs each time: passwords, versions."""

    objects: tuple[tuple[Any, ...], ...]
    history: tuple[tuple[Any, ...], ...]
    functions: dict[str, tuple[dict[str, bytes], dict[str, Any]]]
    secrets: dict[str, str]
    postgrest: dict[str, Any]
    file_size_limit: int


def condition(platform: Platform, *, exact: bool = False) -> Condition:
    """How the project is now; `exact`: passwords and versions too, to see that nothing changed."""
    with psycopg.connect(platform.superuser) as connection:
        objects = connection.execute(_OBJECTS).fetchall()
        if exact:
            objects += connection.execute("select 'password', rolname, rolpassword from pg_authid")
        known = connection.execute(
            "select to_regclass('supabase_migrations.schema_migrations')"
        ).fetchone()
        history: list[tuple[Any, ...]] = []
        if known and known[0]:
            history = connection.execute(
                "select version, name from supabase_migrations.schema_migrations order by 1"
            ).fetchall()
    state = deepcopy(platform.state)
    secrets = {name: value if exact else "" for name, value in state.secrets.items()}
    functions = {
        name: (one.files, {**one.metadata, **({"record": one.record} if exact else {})})
        for name, one in state.functions.items()
    }
    return Condition(
        tuple(objects), tuple(history), functions, secrets, state.postgrest, state.file_size_limit
    )


def require_consistent(platform: Platform) -> None:
    """The function's secret opens the database, and what is remembered of it is what was set."""
    url = platform.state.secrets["WAKTI_DB_URL"]
    with psycopg.connect(url, prepare_threshold=None) as connection:
        assert connection.execute("select current_user").fetchone() == ("wakti_edge",)
    with psycopg.connect(platform.superuser) as connection:
        rows = connection.execute(
            "select kind, name, digest, edition from supabase_migrations.wakti_deployed"
        ).fetchall()
    told = {(kind, name): (digest, edition) for kind, name, digest, edition in rows}
    assert told[("secret", "WAKTI_DB_URL")][0] == hashlib.sha256(url.encode()).hexdigest()
    for name, there in platform.state.functions.items():
        record = there.record
        assert told[("function", name)][1] == f"{record['version']} {record['ezbr_sha256']}"
