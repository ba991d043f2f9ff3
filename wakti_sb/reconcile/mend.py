"""Removes leftovers, while everybody else goes on working."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import httpx
import psycopg

from wakti_sb.errors import StackError
from wakti_sb.events import Listener, Step
from wakti_sb.reconcile.find import find
from wakti_sb.reconcile.leftover import Leftover
from wakti_sb.stack import Endpoint

_AT_ONCE = 100  # objects in one request to the Storage API
_LOCK = "select pg_advisory_xact_lock(hashtextextended('wakti.uploads ' || %s, 0))"
_FREE = """
delete from public.project_uploads as u
where
  u.id = any (%s::uuid[])
  and (u.status = 'stored' or u.uploaded_at < now() - interval '15 minutes')
  and not exists (
    select from storage.objects as o where o.bucket_id = %s and o.name = u.storage_path
  )
"""
# Folders of projects that are gone are noted by their deletion, for uploads to work off.
_FORGET = """
delete from wakti.abandoned_folders as f
where
  f.since < now() - interval '1 hour'
  and not exists (
    select from storage.objects as o
    where
      o.bucket_id = %s
      and o.name ~>=~ (f.folder || '/')
      and o.name ~<~ (f.folder || '0')
  )
"""


def mend(
    endpoint: Endpoint,
    bucket: str,
    leftovers: Sequence[Leftover],
    listener: Listener,
) -> list[Leftover]:
    """Remove objects that nobody has a row for, and rows that have no object; returns what went.

    Each project is looked at once more under the lock that its uploads take, so that nothing goes
    which somebody has come to need meanwhile. Raise StackError if the Storage API refuses.
    """
    gone: list[Leftover] = []
    projects = [
        (project, list(of_it)) for project, of_it in groupby(leftovers, lambda one: one.project)
    ]
    with httpx.Client(timeout=60) as http, psycopg.connect(endpoint.database) as connection:
        for done, (project, known) in enumerate(projects):
            listener(Step(f"project {project}", done, len(projects)))
            wanted = [one.path for one in known]
            with connection.transaction():
                connection.execute(_LOCK, [project])
                left = find(connection, bucket, wanted)
                objects = [one.path for one in left if one.kind != "row-without-object"]
                for start in range(0, len(objects), _AT_ONCE):
                    _remove(http, endpoint, bucket, objects[start : start + _AT_ONCE])
                _check_gone(connection, endpoint, bucket, objects)
                rows = [one.row for one in left if one.row is not None]
                connection.execute(_FREE, [rows, bucket])
            gone += left
        connection.execute(_FORGET, [bucket])
    return gone


def _remove(http: httpx.Client, endpoint: Endpoint, bucket: str, paths: Sequence[str]) -> None:
    url = f"{endpoint.api_url}/storage/v1/object/{bucket}"
    key = endpoint.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    try:
        answer = http.request("DELETE", url, json={"prefixes": list(paths)}, headers=headers)
    except httpx.HTTPError as error:
        raise StackError(
            f"the Storage API does not answer: {type(error).__name__}", place=endpoint.api_url
        ) from error
    if answer.is_error:
        raise _refused(endpoint, f"answered {answer.status_code}")


def _check_gone(
    connection: psycopg.Connection[tuple[object, ...]],
    endpoint: Endpoint,
    bucket: str,
    objects: Sequence[str],
) -> None:
    """Storage answers success for objects that a key may not remove, too."""
    left = connection.execute(
        "select count(*) from storage.objects as o where o.bucket_id = %s and o.name = any (%s)",
        [bucket, list(objects)],
    ).fetchone()
    if left != (0,):
        raise _refused(endpoint, "they are still there")


def _refused(endpoint: Endpoint, how: str) -> StackError:
    return StackError(
        f"the Storage API refuses to remove objects: {how}.",
        place=endpoint.api_url,
        remedy="It takes the secret key (or the legacy service_role key).",
    )
