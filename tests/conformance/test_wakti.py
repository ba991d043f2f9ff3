"""This repository's own backend: nobody reaches what is not theirs, and the cases would notice."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from wakti_sb.conformance import mutate, run
from wakti_sb.spec import Spec, load
from wakti_sb.stack import Endpoint

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def spec() -> Spec:
    return load(ROOT / "wakti.toml")


@pytest.mark.slow
def test_the_backend_comes_out_clean(spec: Spec, db_url: str) -> None:
    report = run(spec, db_url)
    assert [finding.id for finding in report.findings] == []
    assert report.safe
    assert report.cases > 400


# Each new object sends those that were there to the end of the table.
_ANOTHER_ORDER = """
create function public.behind() returns trigger language plpgsql security definer as $$
begin
  update storage.objects set updated_at = updated_at where id <> new.id;
  return null;
end
$$;
create trigger behind after insert on storage.objects
for each row when (pg_trigger_depth() = 0) execute function public.behind();
revoke execute on function public.behind() from public, anon, authenticated;
"""


@pytest.mark.slow
def test_where_a_row_lies_in_its_table_changes_no_verdict(spec: Spec, db_url: str) -> None:
    with psycopg.connect(db_url) as connection:
        connection.execute(_ANOTHER_ORDER)
    assert [(finding.id, finding.reason) for finding in run(spec, db_url).findings] == []


@pytest.mark.slow
def test_every_weakened_policy_of_the_backend_is_noticed(spec: Spec, db_url: str) -> None:
    report = mutate(spec, db_url)
    assert [each.mutant.id for each in report.survivors] == []
    assert len(report.judged) > 100


@pytest.mark.slow  # tests/ownership asks through the client what each rule is about
def test_the_client_agrees_with_sql_and_leaves_nothing_behind(spec: Spec, clean: Endpoint) -> None:
    report = run(spec, clean.database, endpoint=clean)
    assert [finding.id for finding in report.findings] == []
    through_client = [v for v in report.verdicts if v.transport == "client"]
    assert len(through_client) > 300
    with psycopg.connect(clean.database) as connection:
        for table in ("auth.users", "public.projects", "storage.objects"):
            query = f"select count(*) from {table}"
            assert connection.execute(query).fetchone() == (0,)
