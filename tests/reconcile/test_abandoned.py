"""Files of projects that are gone: the next uploads, of whatever project, take them away."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.reconcile.leftovers import objects, put, run
from tests.site_api.project import PICTURE, Project


def noted(project: Project) -> set[str]:
    rows = project.sql(
        "select folder from wakti.abandoned_folders where project_id = %s", project.id
    )
    return {row["folder"] for row in rows}


def work_off(project: Project, *, uploads: int = 12) -> None:
    """Uploads of a project that is there, a minute later; each looks after one folder."""
    project.sql("update wakti.abandoned_folders set since = since - interval '61 seconds'")
    upload(project, uploads)


def upload(project: Project, uploads: int) -> None:
    """So many uploads."""
    for number in range(uploads):
        assert project.upload(PICTURE, f"{number}.png").status_code == 200


@pytest.mark.slow_after(1)
@pytest.mark.parametrize(
    "deletion",
    [
        "delete from public.projects where id = %s",
        "delete from auth.users where id = (select user_id from public.projects where id = %s)",
    ],
)
def test_files_of_a_deleted_project_go_with_the_next_uploads_of_others(
    make_project: Callable[[], Project], deletion: str
) -> None:
    gone, other = make_project(), make_project()
    stored = gone.upload(PICTURE).json()
    put(gone, f"{gone.owner_id}/{gone.id}/1700000000000-old.png")
    portrait = put(gone, f"{gone.owner_id}/portrait.png")
    kept = other.upload(PICTURE).json()["path"]

    gone.sql(deletion, gone.id)
    assert len(objects(gone)) == 2
    work_off(other)

    assert objects(gone) == set()
    assert httpx.get(stored["url"]).status_code in (400, 404)
    assert kept in objects(other)
    assert len(objects(other)) == 13
    assert gone.sql("select name from storage.objects where name = %s", portrait)


def test_files_of_a_deleted_project_stay_for_the_first_minute(
    make_project: Callable[[], Project],
) -> None:
    gone, other = make_project(), make_project()
    stored = gone.upload(PICTURE).json()["path"]
    gone.sql("delete from public.projects where id = %s", gone.id)
    upload(other, 12)
    assert objects(gone) == {stored}
    work_off(other)
    assert objects(gone) == set()


def test_files_under_the_folder_of_a_former_owner_go_too(
    make_project: Callable[[], Project],
) -> None:
    gone, other = make_project(), make_project()
    old = put(gone, f"{gone.owner_id}/{gone.id}/1700000000000-old.png")
    gone.sql(
        "insert into public.project_uploads"
        " (project_id, user_id, filename, storage_path, file_type, size_bytes)"
        " values (%s, %s, 'old.png', %s, 'image/png', %s)",
        gone.id,
        gone.owner_id,
        old,
        len(PICTURE),
    )
    gone.sql("update public.projects set user_id = %s where id = %s", other.owner_id, gone.id)
    gone.sql("delete from public.projects where id = %s", gone.id)
    work_off(other)
    assert objects(gone) == set()


def test_a_file_that_arrives_after_its_project_went_is_found(
    make_project: Callable[[], Project],
) -> None:
    gone, other = make_project(), make_project()
    path = f"{gone.id}/1700000000000-late.png"
    gone.sql(
        "insert into public.project_uploads"
        " (project_id, user_id, filename, storage_path, file_type, size_bytes, status)"
        " values (%s, %s, 'late.png', %s, 'image/png', 1, 'pending')",
        gone.id,
        gone.owner_id,
        path,
    )
    gone.sql("delete from public.projects where id = %s", gone.id)
    put(gone, path)
    work_off(other)
    assert objects(gone) == set()
    # What else was on its way may still come: the folder is looked at for an hour.
    assert gone.id in noted(gone)
    gone.sql(
        "update wakti.abandoned_folders set since = now() - interval '61 minutes'"
        " where project_id = %s",
        gone.id,
    )
    work_off(other)
    assert noted(gone) == set()


def test_a_project_without_files_leaves_no_note(make_project: Callable[[], Project]) -> None:
    gone = make_project()
    gone.sql("delete from public.projects where id = %s", gone.id)
    assert noted(gone) == set()


def test_files_of_a_project_that_came_back_stay(make_project: Callable[[], Project]) -> None:
    gone, other = make_project(), make_project()
    stored = gone.upload(PICTURE).json()["path"]
    gone.sql("delete from public.projects where id = %s", gone.id)
    gone.sql(
        "insert into public.projects (id, user_id, name) values (%s, %s, 'restored')",
        gone.id,
        gone.owner_id,
    )
    work_off(other)
    assert objects(gone) == {stored}
    assert noted(gone) == set()


def test_reconcile_empties_the_queue(make_project: Callable[[], Project]) -> None:
    gone = make_project()
    gone.upload(PICTURE)
    gone.sql("delete from public.projects where id = %s", gone.id)
    gone.sql(
        "update wakti.abandoned_folders set since = now() - interval '61 minutes'"
        " where project_id = %s",
        gone.id,
    )
    assert run(gone).exit_code == 0
    assert (objects(gone), noted(gone)) == (set(), set())


def test_nobody_reads_or_fills_the_queue_over_rest(project: Project) -> None:
    for key in (project.endpoint.publishable_key, project.endpoint.secret_key):
        answer = httpx.get(
            f"{project.endpoint.api_url}/rest/v1/abandoned_folders",
            headers={"apikey": key, "Accept-Profile": "wakti"},
        )
        assert answer.status_code in (404, 406), answer.text
    for role in ("anon", "authenticated", "service_role", "wakti_edge"):
        [row] = project.sql(
            "select has_table_privilege(%s, 'wakti.abandoned_folders', 'select, insert, delete')"
            " as may",
            role,
        )
        assert row["may"] is False
