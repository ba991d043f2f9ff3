"""`adopt` names every row that the new tables would refuse, and changes nothing."""

from __future__ import annotations

from collections import Counter

import psycopg
import pytest

from tests.adopt import rows
from tests.adopt.evidence import everything
from wakti_sb import adopt
from wakti_sb.adopt import Problem
from wakti_sb.errors import MigrationError, UsageError

OWNER = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
PROJECT = "00000000-0000-4000-8000-0000000000aa"


def prepared(url: str, *statements: str) -> tuple[Problem, ...]:
    with psycopg.connect(url) as connection:
        connection.execute(
            f"insert into auth.users (id, email) values ('{OWNER}', 'a@b.c'), ('{OTHER}', 'd@e.f')"
        )
        connection.execute(
            f"insert into projects (id, user_id, name) values ('{PROJECT}', '{OWNER}', 'Shop')"
        )
        for statement in statements:
            connection.execute(statement)
    return adopt.inspect(url).problems


def test_the_live_project_has_at_least_five_thousand_rows() -> None:
    assert sum(rows.totals().values()) >= 5000


def test_every_wrong_row_is_named_and_no_sound_one(live_project: str) -> None:
    found = {(p.table, p.kind, p.id) for p in adopt.inspect(live_project).problems}
    assert Counter((table, kind) for table, kind, _ in found) == rows.WRONG


def test_checking_changes_nothing(live_project: str) -> None:
    before = everything(live_project)
    adopt.inspect(live_project)
    assert everything(live_project) == before


def test_the_same_rows_give_the_same_answer(live_project: str) -> None:
    assert adopt.inspect(live_project) == adopt.inspect(live_project)


def test_a_foreign_row_is_named_with_both_owners(first_release: str) -> None:
    (problem,) = prepared(
        first_release,
        f"insert into project_backends (project_id, user_id) values ('{PROJECT}', '{OTHER}')",
    )
    assert problem.kind == "foreign_owner"
    assert OTHER in problem.what
    assert OWNER in problem.what
    assert problem.keep == f"give it to {OWNER}, the owner of the project"
    assert problem.quarantine == "move it to wakti_quarantine.project_backends"


def test_of_equal_addresses_the_account_that_was_used_last_stays(first_release: str) -> None:
    (problem,) = prepared(
        first_release,
        "insert into project_site_users (project_id, owner_id, email, password_hash, last_login)"
        f" values ('{PROJECT}', '{OWNER}', 'Ann@x.org', 'h', '2025-01-01'),"
        f" ('{PROJECT}', '{OWNER}', ' ann@X.org', 'h', null)",
    )[:1]
    assert problem.kind == "duplicate_email"
    assert problem.what.startswith(" ann@X.org is the address of account")


def test_an_account_written_by_a_stranger_never_takes_the_address(first_release: str) -> None:
    problems = prepared(
        first_release,
        "insert into project_site_users (project_id, owner_id, email, password_hash, last_login)"
        f" values ('{PROJECT}', '{OTHER}', 'ANN@x.org', 'h', '2026-01-01'),"
        f" ('{PROJECT}', '{OWNER}', 'ann@x.org', 'h', null)",
    )
    assert len({problem.id for problem in problems}) == 1
    assert {problem.kind for problem in problems} == {"foreign_owner", "duplicate_email"}


def test_equal_addresses_in_two_projects_are_two_people(first_release: str) -> None:
    second = PROJECT.replace("aa", "bb")
    assert not prepared(
        first_release,
        f"insert into projects (id, user_id, name) values ('{second}', '{OWNER}', 'Blog')",
        "insert into project_site_users (project_id, owner_id, email, password_hash)"
        f" values ('{PROJECT}', '{OWNER}', 'a@x.org', 'h'),"
        f" ('{second}', '{OWNER}', 'A@x.org', 'h')",
    )


@pytest.mark.parametrize(
    "features",
    [
        '{"forms": {"enabled": false}}',
        "{}",
        '{"forms": {"max_bytes": 65536.0}}',
        '{"auth": {"signup": false}, "uploads": {}}',
    ],
)
def test_features_that_the_new_api_understands_are_left_alone(
    first_release: str, features: str
) -> None:
    assert not prepared(
        first_release,
        "insert into project_backends (project_id, user_id, features)"
        f" values ('{PROJECT}', '{OWNER}', '{features}')",
    )


@pytest.mark.parametrize(
    "features",
    [
        "[]",
        '"x"',
        "null",
        '{"forms": 1}',
        '{"new": {"x": 1}}',
        '{"forms": {"max_bytes": 0}}',
        '{"forms": {"max_bytes": 1.5}}',
        '{"forms": {"max_bytes": 10000000}}',
    ],
)
def test_free_form_features_are_named_with_what_they_say(first_release: str, features: str) -> None:
    (problem,) = prepared(
        first_release,
        "insert into project_backends (project_id, user_id, features)"
        f" values ('{PROJECT}', '{OWNER}', '{features}')",
    )
    assert problem.settled_by == "migrate"
    assert problem.what.endswith(features)


def test_a_new_database_has_nothing_to_adopt(empty_database: str) -> None:
    inspection = adopt.inspect(empty_database)
    assert inspection.tables == ()
    assert inspection.problems == ()


def test_tables_that_a_project_lacks_are_not_missed(first_release: str) -> None:
    with psycopg.connect(first_release) as connection:
        connection.execute("drop table project_uploads, project_site_users")
    assert len(adopt.inspect(first_release).tables) == 4


def test_a_database_without_projects_is_refused(first_release: str) -> None:
    with psycopg.connect(first_release) as connection:
        connection.execute("drop table projects cascade")
    with pytest.raises(MigrationError, match=r"public\.projects is not"):
        adopt.inspect(first_release)


def test_a_role_that_policies_bind_is_refused_instead_of_shown_less(live_project: str) -> None:
    with psycopg.connect(live_project) as connection:
        connection.execute("grant select on all tables in schema public to authenticated")
    url = f"{live_project}?options=-crole%3Dauthenticated"
    with pytest.raises(MigrationError, match="row-level security"):
        adopt.inspect(url)


def test_a_database_url_that_cannot_be_read_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="database URL cannot be read"):
        adopt.inspect("postgresql://x:p@ss/word@h:no/db")
