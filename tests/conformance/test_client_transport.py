"""Through the client each attempt says what it has really reached, and is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance.model import (
    NEW,
    Attempt,
    Call,
    Case,
    Delete,
    Insert,
    Outcome,
    Select,
    Update,
    Upsert,
)
from wakti_sb.conformance.run.judge import judge, needs_control
from wakti_sb.conformance.run.session import connected, triable
from wakti_sb.conformance.run.stage import Stage, committed
from wakti_sb.conformance.transports.client import ClientTransport
from wakti_sb.conformance.transports.clients import Clients
from wakti_sb.conformance.transports.tokens import SignedTokens
from wakti_sb.spec import Relation
from wakti_sb.stack import Endpoint

T = Relation("public.t")
BUCKET = """
[[bucket]]
name = "papers"
paths = ["{user}"]
select = "own"
insert = "own"
update = "own"
delete = "own"
"""
SCHEMA = (
    table("t", "v text", "n integer not null default 1"),
    "create function shout() returns text language sql stable as $$ select 'x' $$",
    "create function wipe() returns void language sql volatile"
    " as $$ delete from public.t where user_id = auth.uid() $$",
    "create function forbid() returns text language plpgsql as $$ begin"
    " raise exception 'never'; end $$",
    "insert into storage.buckets (id, name) values ('papers', 'papers')",
    "create policy papers on storage.objects to authenticated using (bucket_id = 'papers'"
    " and (storage.foldername(name))[1] = (select auth.uid())::text)",
    "notify pgrst, 'reload schema'",
)


@pytest.fixture
def stage(clean: Endpoint) -> Iterator[tuple[Stage, ClientTransport]]:
    """The rows and files of a small project, committed, and the way through the client."""
    applied(clean.database, *SCHEMA)
    tokens = SignedTokens(str(clean.jwt_secret), f"{clean.api_url}/auth/v1")
    spec = model("t", more=BUCKET)
    with connected(clean.database) as connection:
        catalog = triable(spec, connection)
    with (
        closing(Clients(clean, tokens)) as clients,
        committed(spec, catalog, clean, clients, "x") as there,
    ):
        yield there, ClientTransport(there.connection, there.scenario, clients, there.store)
    with psycopg.connect(clean.database) as connection:
        for name in ("public.t", "storage.objects", "auth.users"):
            assert connection.execute(f"select count(*) from {name}").fetchone() == (0,)


def one_of_each(stage: Stage) -> list[Case]:
    """One case for each kind of request, by somebody who may and by somebody who may not."""
    found: dict[object, Case] = {}
    for case in stage.cases:
        kind = dict(case.attempt.settings).get("storage.operation", "")
        key = (case.subject, case.operation, case.family, kind, bool(case.expected.must))
        found.setdefault(key, case)
    return list(found.values())


def verdict(transport: ClientTransport, case: Case, outcome: Outcome) -> str:
    controls: tuple[Outcome, ...] = ()
    if needs_control(case, outcome):
        controls = tuple(transport.perform(each) for each in case.controls[:1])
    found = judge(case, outcome, controls, "client")
    return "" if found.status == "passed" else f"{case.id}: {found.reason}"


def unchanged(stage: Stage, transport: ClientTransport) -> bool:
    files = stage.store is None or stage.store.rows() == stage.store.stored
    return files and transport.restorer.read_all() == transport.restorer.snapshot


def test_rows_and_files_are_reached_by_who_may_and_by_nobody_else(
    stage: tuple[Stage, ClientTransport],
) -> None:
    there, transport = stage
    cases = one_of_each(there)
    assert {case.operation for case in cases if case.subject == "bucket papers"} >= {
        "select", "insert", "update", "delete"
    }  # fmt: skip
    for case in cases:
        assert verdict(transport, case, transport.perform(case.attempt)) == ""
        assert unchanged(there, transport)
    assert sum(bool(case.expected.must) for case in cases) > 8


def test_what_is_sent_together_comes_to_the_same(stage: tuple[Stage, ClientTransport]) -> None:
    there, transport = stage
    cases = [case for case in one_of_each(there) if not case.attempt.arrange]
    reads = [case for case in cases if isinstance(case.attempt.request, Select)]
    denied = [case for case in cases if case not in reads and not case.expected.must]
    let_in = [case for case in cases if case not in reads and case.expected.must]
    for group in (reads, denied):
        told: dict[Attempt, Outcome] = {}
        for outcomes in transport.at_once([case.attempt for case in group]):
            told |= outcomes
        assert set(told) == {case.attempt for case in group}
        for case in group:
            assert verdict(transport, case, told[case.attempt]) == ""
    # A yes spoils the answers of its batch; they have to be asked for one by one.
    for outcomes in transport.at_once([case.attempt for case in (*denied, *let_in)]):
        assert set(outcomes) <= {case.attempt for case in denied}
    files = [case for case in let_in if case.attempt.about_files]
    told = {}
    for outcomes in transport.apart([case.attempt for case in files]):
        told |= outcomes
    assert len(told) > 2
    for case in files:
        if case.attempt in told:
            assert told[case.attempt].rows >= case.expected.must
    assert unchanged(there, transport)


def test_what_a_request_did_is_seen_whatever_the_api_said(
    stage: tuple[Stage, ClientTransport],
) -> None:
    there, transport = stage
    people = {who.label: who for who in there.scenario.identities}
    owner, other = people["the owner"], people["another owner"]
    mine = next(r for r in there.scenario.of(T) if r.values["user_id"] == owner.user_id and r.label)
    key = (str(mine.values["id"]),)
    where = (("id", key[0]),)

    def tried(attempt: Attempt) -> Outcome:
        outcome = transport.perform(attempt)
        assert unchanged(there, transport)
        return outcome

    assert tried(Attempt(owner, Update(T, (("v", "new"), ("n", "7")), where))).rows == {key}
    assert tried(Attempt(other, Update(T, (("v", "new"),), where))) == Outcome("zero rows")
    assert key in tried(Attempt(owner, Update(T, (("v", "new"),)))).rows
    assert key in tried(Attempt(owner, Delete(T))).rows
    over = Upsert(T, (("id", key[0]), ("user_id", owner.user_id), ("v", "over")), ("id",))
    assert tried(Attempt(owner, over)).rows == {key}
    assert tried(Attempt(other, over)).kind == "refused by policy"
    again = Insert(T, (("id", key[0]), ("user_id", owner.user_id)))
    assert tried(Attempt(owner, again)).kind == "constraint"
    room = (Delete(T, where),)
    assert tried(Attempt(owner, again, arrange=room)).rows == {NEW}
    assert tried(Attempt(other, again, arrange=room)).kind == "refused by policy"
    counted = tried(Attempt(owner, Select(T, ("id",), count=True)))
    assert (counted.rows, counted.count > 0) == (frozenset(), True)
    ordered = Select(T, ("id",), where, present="user_id", order="n")
    assert tried(Attempt(owner, ordered)).rows == {key}
    assert tried(Attempt(owner, replace(ordered, present="v"))).rows <= {key}

    def call(name: str) -> Attempt:
        return Attempt(owner, Call(Relation(f"public.{name}"), f"public.{name}()"))

    assert tried(call("shout")).rows == {NEW}
    assert tried(call("wipe")).rows == {NEW}
    assert tried(call("forbid")).rows == {NEW}  # it was entered
    assert tried(call("nowhere")).kind == "error"


def test_an_overwritten_file_counts_by_its_bytes(stage: tuple[Stage, ClientTransport]) -> None:
    there, _ = stage
    store = there.store
    assert store is not None
    file = next(iter(store.planned))
    assert store.content(file) == store.bytes_of(file)
    assert store.key(file) == (str(store.planned[file].values["id"]),)
    assert store.key(replace(file, name="nowhere")) is None
    assert store.content(replace(file, name="nowhere")) is None
    store.service.storage.from_(file.bucket).remove([file.name])
    assert store.rows() != store.stored
    assert store.restore() is True
    assert store.content(file) == store.bytes_of(file)
    assert store.restore() is False
    assert {row["name"] for row in store.stored.values()} == {each.name for each in store.planned}
