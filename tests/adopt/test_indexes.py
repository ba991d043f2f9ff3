"""Indexes that `migrate` needs can be built ahead, beside those who use the tables."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.adopt import history
from tests.command_line import wakti
from wakti_sb import adopt, migrate
from wakti_sb.errors import MigrationError

MIGRATIONS = history.migrations()


def indexes(url: str) -> dict[str, tuple[int, bool]]:
    """Each index in public: its number in the catalog, and whether it is finished."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select c.relname, c.oid, i.indisvalid from pg_index i join pg_class c"
            " on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace"
        )
        return {name: (number, valid) for name, number, valid in found}


@pytest.mark.slow
def test_migrate_finds_them_there_and_builds_none_of_them_again(live_project: str) -> None:
    files = migrate.read(MIGRATIONS)
    adopt.settle(live_project, "keep")
    built = adopt.build_indexes(live_project, files)
    before = indexes(live_project)
    assert {"project_site_users_project_id_lower_email_key", "projects_id_user_id_key"} <= {*built}
    migrate.apply(live_project, files)
    after = indexes(live_project)
    assert {name: after[name] for name in built} == {name: before[name] for name in built}


@pytest.mark.slow
def test_only_indexes_over_columns_to_come_are_left_to_migrate(live_project: str) -> None:
    files = migrate.read(MIGRATIONS)
    adopt.settle(live_project, "keep")
    adopt.build_indexes(live_project, files)
    before = indexes(live_project)
    migrate.apply(live_project, files)
    assert indexes(live_project).keys() - before.keys() == {
        "project_collections_created_by_idx",
        "project_form_submissions_labelled_idx",
    }


@pytest.mark.slow
def test_building_again_builds_nothing(live_project: str) -> None:
    files = migrate.read(MIGRATIONS)
    adopt.settle(live_project, "keep")
    adopt.build_indexes(live_project, files)
    assert adopt.build_indexes(live_project, files) == ()


def test_rows_that_stand_against_a_key_are_named_and_no_half_index_stays(
    live_project: str,
) -> None:
    files = migrate.read(MIGRATIONS)
    with pytest.raises(MigrationError, match=r"storage_path.*duplicated"):
        adopt.build_indexes(live_project, files)
    assert all(valid for _, valid in indexes(live_project).values())


@pytest.mark.slow
def test_what_an_interrupted_build_left_is_built_anew(live_project: str) -> None:
    files = migrate.read(MIGRATIONS)
    name = "project_uploads_storage_path_key"
    statement = f"create unique index concurrently {name} on project_uploads (storage_path)"
    with (
        psycopg.connect(live_project, autocommit=True) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute(statement)
    assert indexes(live_project)[name][1] is False
    adopt.settle(live_project, "keep")
    assert name in adopt.build_indexes(live_project, files)
    assert indexes(live_project)[name][1] is True


def test_the_command_names_what_it_built(live_project: str, tmp_path: Path) -> None:
    adopt.settle(live_project, "keep")
    env = {"WAKTI_DB_URL": live_project}
    done = wakti("adopt", "--indexes", "--project", str(history.project()), cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "built project_collections_active_idx" in done.stdout
