"""Claims from the project's own custom access token hook, as Auth would put them into a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection, sql

from ..catalog import Helper
from ..model import Identity
from .insert import words_of
from .model import Scenario

_AUTH = "supabase_auth_admin"
_EVERY = ("aud", "exp", "iat", "sub", "role", "iss", "session_id")


def hooked(connection: Connection[Any], scenario: Scenario) -> Scenario:
    """The scenario with tokens as the hook makes them; what an identity is about stays as it is.

    A hook that fails is named in `untested`: nobody would get a token.
    """
    hook = next((helper for helper in scenario.catalog.helpers if helper.hook), None)
    if hook is None:
        return scenario
    made: dict[str, Identity] = {}
    for who in scenario.identities:
        if who.user_id is None:
            continue
        try:
            claims = _asked(connection, hook, who)
        except psycopg.Error as error:
            words = f"the access token hook fails for {who.label}: {words_of(error)}"
            return replace(scenario, untested={**scenario.untested, str(hook.relation): words})
        made[who.label] = replace(who, claims={**claims, **who.claims})
    return replace(scenario, identities=tuple(made.get(w.label, w) for w in scenario.identities))


def as_known(scenario: Scenario) -> Scenario:
    """The same rows, belonging to the people of the scenario as they are now."""
    return as_hooked(scenario, scenario)


def as_hooked(scenario: Scenario, known: Scenario) -> Scenario:
    """The same rows, belonging to the people of `known`."""
    people = {who.label: who for who in known.identities}
    rows = tuple(
        row if row.person is None else replace(row, person=people.get(row.person.label, row.person))
        for row in scenario.rows
    )
    return replace(scenario, identities=known.identities, rows=rows, _index={})


def _asked(connection: Connection[Any], hook: Helper, who: Identity) -> Mapping[str, Any]:
    """The claims that the hook adds or changes."""
    event = {"user_id": who.user_id, "claims": who.token, "authentication_method": "password"}
    query = sql.SQL("select {}({}::jsonb)").format(
        sql.Identifier(hook.relation.schema, hook.relation.name), sql.Literal(json.dumps(event))
    )
    with connection.transaction(force_rollback=True):
        _become(connection)
        row = connection.execute(query).fetchone()
    found = row[0] if row is not None else None
    claims = found.get("claims") if isinstance(found, dict) else None
    if not isinstance(claims, dict):
        raise psycopg.DataError("it gives back no claims")
    usual = who.token
    return {k: v for k, v in claims.items() if k not in _EVERY and usual.get(k) != v}


def _become(connection: Connection[Any]) -> None:
    """Auth's own role, where the connection may become it: the hook reads with its rights."""
    query = "select pg_has_role(current_user, r.oid, 'set') from pg_roles as r where rolname = %s"
    if connection.execute(query, (_AUTH,)).fetchone() == (True,):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(_AUTH)))
