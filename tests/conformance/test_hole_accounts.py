"""Functions that tell whether somebody else has an account, each beside its sound form."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import applied, model, table
from wakti_sb.conformance import run

_RIGHTS = "security definer set search_path = ''"
_LEARNS = "a signed-in stranger learns nothing of another's account"
_MINE = "(select auth.jwt() ->> 'email')"


def _made(signature: str, body: str, language: str = "sql", *, anon: bool = False) -> str:
    name = signature.partition("(")[0]
    return (
        f"create or replace function public.{signature} language {language} stable {_RIGHTS}"
        f" as $$ {body} $$; revoke execute on function {name} from public, anon;"
        + (f" grant execute on function {name} to anon;" if anon else "")
    )


def _entry(name: str, execute: str = "authenticated") -> str:
    return (
        "[[owned]]\ntable = 'loans'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
        "update = 'own'\ndelete = 'own'\n"
        f"[[function]]\nfunction = '{name}'\nexecute = '{execute}'\n"
    )


_LOANS = table("loans", "title text not null")
_BY_EMAIL = "select id from auth.users where email = p_email"
_ANY = "select exists (select from auth.users where lower(email) = lower(p_email))"
_ASKS = "begin if not exists (select from auth.users as u where u.email = p_email"
_RAISES = ") then raise exception 'nobody'; end if; end"
_PRIVATE = (
    "create schema private; grant usage on schema private to authenticated;"
    " create function private.found(e text) returns uuid language sql stable"
    f" {_RIGHTS} as $$ select id from auth.users where email = e"
)
_GRANTED = " $$; grant execute on function private.found to authenticated;"
_LOOKS = (
    "create function lookup(p_email text) returns uuid language sql stable as"
    " $$ select private.found(p_email) $$; revoke execute on function lookup from public, anon;"
)
_PROFILES = (
    "create table profiles (id uuid primary key references auth.users on delete cascade, n text);"
    " alter table profiles enable row level security;"
    " create policy seen on profiles for select using (true);"
    " create function signed_up() returns trigger language plpgsql security definer"
    " set search_path = '' as $$ begin insert into public.profiles (id) values (new.id);"
    " return new; end $$; create trigger signed_up after insert on auth.users"
    " for each row execute function signed_up();"
)
_HOLES = {
    "whose id belongs to an address": Hole(
        _LOANS + _made("by_email(p_email text) returns uuid", _BY_EMAIL),
        _made("by_email(p_email text) returns uuid", f"{_BY_EMAIL} and id = auth.uid()"),
        f"by_email(text): {_LEARNS} (3)",
        _entry("by_email"),
    ),
    "whether an address is registered, to anybody": Hole(
        _LOANS + _made("known(p_email text) returns boolean", _ANY, anon=True),
        _made("known(p_email text) returns boolean", f"select p_email = {_MINE}", anon=True),
        "known(text): anon learns nothing of another's account (3)",
        _entry("known", "public"),
    ),
    "how many there are": Hole(
        _LOANS + _made("readers() returns bigint", "select count(*) from auth.users"),
        _made("readers() returns bigint", "select count(*) from auth.users where id = auth.uid()"),
        f"readers(): {_LEARNS}",
        _entry("readers"),
    ),
    "whether there is a person of an id": Hole(
        _LOANS
        + _made(
            "seen(p_user uuid) returns boolean",
            "select exists (select from auth.users where id = p_user)",
        ),
        _made("seen(p_user uuid) returns boolean", "select p_user = auth.uid()"),
        f"seen(uuid): {_LEARNS}",
        _entry("seen"),
    ),
    "an error where there is none, and nothing else": Hole(
        _LOANS + _made("asked(p_email text) returns void", f"{_ASKS}{_RAISES}", "plpgsql"),
        _made(
            "asked(p_email text) returns void",
            f"{_ASKS} and u.id = auth.uid(){_RAISES}",
            "plpgsql",
        ),
        f"asked(text): {_LEARNS} (3)",
        _entry("asked"),
    ),
    "through a helper that the API does not show": Hole(
        f"{_LOANS}{_PRIVATE}{_GRANTED}{_LOOKS}",
        _PRIVATE.partition("authenticated;")[2].replace("create", "create or replace", 1)
        + f" and id = auth.uid(){_GRANTED}",
        f"lookup(text): {_LEARNS} (3)",
        _entry("lookup"),
    ),
    "an address beside a profile that all may see": Hole(
        _LOANS + _PROFILES + _made("by_email(p_email text) returns uuid", _BY_EMAIL),
        _made("by_email(p_email text) returns uuid", f"{_BY_EMAIL} and id = auth.uid()"),
        f"by_email(text): {_LEARNS} (3)",
        _entry("by_email") + "[[owned]]\ntable = 'profiles'\nowner = 'id'\nselect = 'public'\n",
    ),
}


@pytest.mark.slow_after(2)
@pytest.mark.parametrize("name", _HOLES)
def test_an_answer_that_changes_with_anothers_account_is_found(
    name: str, empty_database: str
) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)


def test_a_model_may_say_that_accounts_are_counted(empty_database: str) -> None:
    counted = _made("readers() returns bigint", "select count(*) from auth.users")
    url = applied(empty_database, _LOANS, counted)
    entry = "[[function]]\nfunction = 'readers'\nexecute = 'authenticated'\n"
    assert not run(model("loans", more=entry), url).safe
    assert run(model("loans", more=f"{entry}data = 'authenticated'\n"), url).safe


@pytest.mark.slow
def test_what_a_profile_tells_to_all_is_nobodys_account(empty_database: str) -> None:
    told = "select p.n from public.profiles as p join auth.users as u using (id) where u.id = who"
    url = applied(empty_database, _LOANS, _PROFILES, _made("name_of(who uuid) returns text", told))
    more = "[[owned]]\ntable = 'profiles'\nowner = 'id'\nselect = 'public'\n"
    more += "[[function]]\nfunction = 'name_of'\nexecute = 'authenticated'\n"
    assert [f.id for f in run(model("loans", more=more), url).findings] == []
