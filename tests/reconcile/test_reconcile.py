"""`storage reconcile`: what is left over is named, and only that goes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.reconcile.leftovers import age, found, objects, put, run
from tests.site_api.project import NO_RATE_LIMITS, PICTURE, Project


def test_a_sound_project_has_nothing_left_over(project: Project) -> None:
    stored = project.upload(PICTURE).json()["path"]
    fresh = put(project, f"{project.id}/owner-is-recording-it.png")
    assert found(project) == {}
    assert objects(project) == {stored, fresh}
    assert len(project.rows("public.project_uploads")) == 1


def test_each_kind_is_named_by_a_dry_run_and_goes_in_a_real_one(project: Project) -> None:
    kept = project.upload(PICTURE, "kept.png").json()["path"]
    lost = project.upload(PICTURE, "lost.png").json()["path"]
    half = project.upload(PICTURE, "half.png").json()["path"]
    key = project.endpoint.secret_key
    httpx.request(
        "DELETE",
        f"{project.endpoint.api_url}/storage/v1/object/project-uploads",
        json={"prefixes": [lost]},
        headers={"apikey": key, "Authorization": f"Bearer {key}"},
    ).raise_for_status()
    project.sql(
        "update public.project_uploads set status = 'pending',"
        " uploaded_at = now() - interval '20 minutes' where storage_path = %s",
        half,
    )
    forgotten = put(project, f"{project.id}/forgotten.png")
    older = put(project, f"{project.owner_id}/{project.id}/older.png")
    for path in (forgotten, older):
        age(project, path, 2)
    expected = {
        "row-without-object": [lost],
        "stale-reservation": [half],
        "object-without-row": sorted([forgotten, older]),
    }
    dry = run(project, "--dry-run")
    assert dry.exit_code == 1
    assert f"would remove {forgotten}" in dry.stdout
    assert {kind: sorted(paths) for kind, paths in found(project, "--dry-run").items()} == expected
    assert objects(project) == {kept, half, forgotten, older}
    assert {kind: sorted(paths) for kind, paths in found(project).items()} == expected
    assert objects(project) == {kept}
    assert [row["storage_path"] for row in project.rows("public.project_uploads")] == [kept]
    assert found(project) == {}


def test_files_of_a_project_that_is_gone_go_too(make_project: Callable[[], Project]) -> None:
    project = make_project()
    stored = project.upload(PICTURE).json()
    older = put(project, f"{project.owner_id}/{project.id}/1700000000000-old.png")
    elsewhere = put(project, f"{project.owner_id}/portrait.png")
    project.sql("delete from public.projects where id = %s", project.id)
    assert httpx.get(stored["url"]).status_code == 200
    assert found(project) == {"project-gone": sorted([stored["path"], older])}
    assert httpx.get(stored["url"]).status_code in (400, 404)
    kept = project.sql("select name from storage.objects where name = %s", elsewhere)
    assert kept == [{"name": elsewhere}]


def test_it_takes_nothing_from_uploads_that_run_meanwhile(project: Project) -> None:
    project.configure(features={"rate_limits": NO_RATE_LIMITS})
    with ThreadPoolExecutor(5) as pool:
        sent = [pool.submit(project.upload, PICTURE, f"{n}.png") for n in range(40)]
        for _ in range(4):
            assert run(project).exit_code == 0
        answers = [one.result() for one in sent]
    assert {answer.status_code for answer in answers} == {200}
    assert objects(project) == {answer.json()["path"] for answer in answers}
    assert len(project.rows("public.project_uploads")) == 40


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--secret-key=sb_secret_wrong"], "refuses to remove objects"),
        (["--db-url=postgresql://postgres:x@127.0.0.1:9/x"], "database does not answer"),
    ],
)
def test_what_it_cannot_do_it_says(project: Project, options: list[str], sentence: str) -> None:
    path = put(project, f"{uuid.uuid4()}/x.png")
    done = run(project, *options)
    assert done.exception is not None
    assert sentence in str(done.exception)
    assert project.sql("select name from storage.objects where name = %s", path)
    assert run(project).exit_code == 0
