"""Tokens as the project's own access token hook makes them."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run

_HOOK = """
create or replace function public.token_hook(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare kind text;
begin
  select {} into kind from auth.users as u where u.id = (event ->> 'user_id')::uuid;
  return jsonb_set(event, '{{claims,kind}}', to_jsonb(coalesce(kind, 'user')));
end $$;
revoke execute on function public.token_hook from public, anon, authenticated;
grant execute on function public.token_hook to supabase_auth_admin;
"""
_SCHEMA = table("t", "v text") + (
    "create policy staff on t for select to authenticated"
    " using ((select auth.jwt() ->> 'kind') = 'staff');"
)
_MODEL = """
[[owned]]
table = 't'
owner = 'user_id'
select = 'own or claim:app_metadata.kind=staff'
insert = 'own'
update = 'own'
delete = 'own'
"""


@pytest.mark.slow
def test_a_hook_that_believes_what_people_say_of_themselves_is_found(empty_database: str) -> None:
    case = "t: a stranger with user_metadata.kind=staff cannot see this row"
    hole = Hole(
        _SCHEMA + _HOOK.format("u.raw_user_meta_data ->> 'kind'"),
        _HOOK.format("u.raw_app_meta_data ->> 'kind'") + "alter policy staff on t using"
        " ((select auth.jwt() -> 'app_metadata' ->> 'kind') = 'staff')",
        case,
        _MODEL,
    )
    assert_found_and_closed(hole, empty_database)


def test_a_hook_that_fails_is_untested_and_never_safe(empty_database: str) -> None:
    url = applied(
        empty_database,
        table("t", "v text"),
        _HOOK.format("1 / 0"),
    )
    report = run(model("t"), url)
    assert not report.safe
    assert [f.id for f in report.findings] == ["public.token_hook: untested"]
    assert "division by zero" in report.findings[0].reason
