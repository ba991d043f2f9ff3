"""What an owner's own requests must not do, and the sentence that says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from postgrest import APIError
from storage3.exceptions import StorageApiError

from tests.page.people import BUCKET, Stage
from tests.page.writes import MINIMAL, STYLE, enable, fill, rows, upload

REFUSED = "42501"


def refused(query: Any, code: str, sentence: str) -> None:
    with pytest.raises(APIError) as caught:
        query.execute()
    assert (caught.value.code, caught.value.message) == (code, sentence)


def test_a_whole_row_that_names_another_project_or_owner_is_refused(new: Stage) -> None:
    enable(new.owner)
    enable(new.other)
    own, other = new.owner, new.other
    [mine] = rows(new, "project_backends", own.project)
    for row in (
        {**mine, "project_id": other.project},
        {**mine, "user_id": other.id},
        {"project_id": other.project, "user_id": own.id, "enabled": False},
        {"project_id": own.project, "user_id": other.id, "enabled": False},
    ):
        table = own.client.table("project_backends")
        query = table.upsert(row, on_conflict="project_id", returning=MINIMAL)
        with pytest.raises(APIError) as caught:
            query.execute()
        assert caught.value.code == REFUSED
    assert rows(new, "project_backends", own.project) == [mine]
    [theirs] = rows(new, "project_backends", other.project)
    assert theirs["enabled"] is True


def test_a_changed_id_is_refused_with_403_and_a_way_out(new: Stage) -> None:
    enable(new.owner)
    token = new.owner.client.auth.get_session()
    assert token is not None
    answer = httpx.patch(
        f"{new.endpoint.api_url}/rest/v1/project_backends?project_id=eq.{new.owner.project}",
        json={"id": new.owner.id},
        headers={
            "apikey": new.endpoint.publishable_key,
            "authorization": f"Bearer {token.access_token}",
        },
    )
    assert answer.status_code == 403
    assert answer.json() == {
        "code": REFUSED,
        "message": "id of project_backends cannot be changed",
        "details": "rule: fixed",
        "hint": "Send the value that it has, or leave it out.",
    }


def record(stage: Stage, path: str, **changes: Any) -> Any:
    row = {
        "project_id": stage.owner.project,
        "user_id": stage.owner.id,
        "filename": "style.css",
        "storage_path": path,
        "file_type": "text/css",
        "size_bytes": len(STYLE),
    }
    return stage.owner.client.table("project_uploads").insert(row | changes, returning=MINIMAL)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size_bytes": 1}, f"size_bytes is 1, but the object has {len(STYLE)}"),
        ({"file_type": "image/png"}, "file_type is image/png, but the object is text/css"),
    ],
)
def test_a_row_that_lies_about_its_object_is_refused(
    new: Stage, changes: dict[str, Any], sentence: str
) -> None:
    path = f"{new.owner.project}/1-style.css"
    options = {"content-type": "text/css"}
    new.owner.client.storage.from_(BUCKET).upload(path, STYLE, options)  # type: ignore[arg-type]
    refused(record(new, path, **changes), REFUSED, sentence)
    assert rows(new, "project_uploads", new.owner.project) == []
    record(new, path).execute()


def test_what_the_row_leaves_out_is_read_from_the_object(new: Stage) -> None:
    path = f"{new.owner.project}/1-style.css"
    options = {"content-type": "text/css; charset=utf-8"}
    new.owner.client.storage.from_(BUCKET).upload(path, STYLE, options)  # type: ignore[arg-type]
    record(new, path, size_bytes=None, file_type=None, status="pending").execute()
    [row] = rows(new, "project_uploads", new.owner.project)
    assert (row["size_bytes"], row["file_type"], row["status"]) == (
        len(STYLE),
        "text/css",
        "stored",
    )


def test_a_row_without_its_object_is_refused(new: Stage) -> None:
    nothing = "storage_path names no object that is stored"
    refused(record(new, f"{new.owner.project}/1-style.css"), REFUSED, nothing)


def test_a_row_for_an_object_of_another_folder_is_refused(new: Stage) -> None:
    theirs = upload(new.other.client, new.other)["storage_path"]
    elsewhere = "storage_path must lie under the project's folder"
    for path in (theirs, "loose.css", f"{new.owner.project}x/a.css", f"{new.owner.id}/a.css"):
        refused(record(new, path), REFUSED, elsewhere)


def test_a_path_that_is_taken_is_refused(new: Stage) -> None:
    row = upload(new.owner.client, new.owner)
    with pytest.raises(APIError) as caught:
        record(new, row["storage_path"]).execute()
    assert caught.value.code == "23505"
    bucket = new.owner.client.storage.from_(BUCKET)
    for upsert in ("false", "true"):
        options = {"content-type": "text/css", "upsert": upsert}
        with pytest.raises(StorageApiError):
            bucket.upload(row["storage_path"], b"other", options)  # type: ignore[arg-type]
    assert httpx.get(bucket.get_public_url(row["storage_path"])).content == STYLE


def test_an_object_that_was_replaced_between_upload_and_row_is_noticed(new: Stage) -> None:
    path = f"{new.owner.project}/1-style.css"
    bucket = new.owner.client.storage.from_(BUCKET)
    bucket.upload(path, STYLE, {"content-type": "text/css"})
    bucket.remove([path])
    bucket.upload(path, b"another style", {"content-type": "text/css"})
    refused(record(new, path), REFUSED, f"size_bytes is {len(STYLE)}, but the object has 13")


def test_an_object_cannot_be_put_where_a_row_still_stands(new: Stage) -> None:
    """Else the row would tell the size of another object, and the quota a wrong sum."""
    row = upload(new.owner.client, new.owner)
    bucket = new.owner.client.storage.from_(BUCKET)
    bucket.remove([row["storage_path"]])
    with pytest.raises(StorageApiError):
        bucket.upload(row["storage_path"], b"a larger style", {"content-type": "text/css"})
    new.owner.client.table("project_uploads").delete(returning=MINIMAL).eq(
        "storage_path", row["storage_path"]
    ).execute()
    bucket.upload(row["storage_path"], b"a larger style", {"content-type": "text/css"})


def test_a_password_hash_sent_by_an_owner_is_refused_unless_it_is_what_the_column_tells(
    new: Stage,
) -> None:
    user = fill(new, new.owner)["project_site_users"]
    assert user["password_hash"] == "sha256"

    def send(value: str) -> Any:
        table = new.owner.client.table("project_site_users")
        return table.update({"password_hash": value}, returning=MINIMAL).eq("id", user["id"])

    sentence = "password_hash of project_site_users cannot be changed"
    refused(send("cd" * 32), REFUSED, sentence)
    send("sha256").execute()


@pytest.mark.parametrize("hashed", ["$2b$12$abc", "pbkdf2_sha256$abc", "ab" * 31, "secret123"])
def test_a_hash_of_an_unknown_scheme_is_refused_and_the_account_stays_as_it_was(
    new: Stage, hashed: str
) -> None:
    user = fill(new, new.owner)["project_site_users"]
    table = new.service.table("project_site_users")
    query = table.update({"password_hash": hashed}, returning=MINIMAL).eq("id", user["id"])
    refused(query, "23514", "password_hash has a scheme that no login knows")
    assert rows(new, "project_site_users", new.owner.project) == [user]


def test_features_that_are_no_object_are_refused(new: Stage) -> None:
    enable(new.owner)
    table = new.owner.client.table("project_backends")
    query = table.update({"features": "yes"}, returning=MINIMAL)
    refused(query.eq("project_id", new.owner.project), "23514", "features must be an object")


def test_the_clients_default_asks_for_rows_back_and_they_tell_no_secret(new: Stage) -> None:
    user = fill(new, new.owner)["project_site_users"]
    own = {"project_id": new.owner.project, "user_id": new.owner.id}
    client = new.owner.client
    [backend] = (
        client.table("project_backends")
        .upsert({**own, "enabled": False}, on_conflict="project_id")
        .execute()
        .data
    )
    [whole] = client.table("project_backends").upsert(backend).execute().data
    assert whole["enabled"] is False
    [item] = (
        client.table("project_collections")
        .insert({**own, "collection_name": "news", "data": {}})
        .execute()
        .data
    )
    again = client.table("project_collections").update(item)
    [same] = again.eq("id", item["id"]).execute().data
    assert same == item
    change = client.table("project_site_users").update({"status": "suspended"})
    [told] = change.eq("id", user["id"]).execute().data
    assert told["password_hash"] == "sha256"
    [gone] = client.table("project_site_users").delete().eq("id", user["id"]).execute().data
    assert "ab" * 32 not in str(gone)
