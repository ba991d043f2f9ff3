"""Files of the buckets, through the Storage API with the secret key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from psycopg.rows import class_row

from wakti_sb.backup.errors import BackupError
from wakti_sb.backup.queries import query
from wakti_sb.loopback import mounts
from wakti_sb.migrate.connection import Connection
from wakti_sb.stack import Endpoint

_SECONDS = 120.0
_AT_ONCE = 100  # names in one request


@dataclass(frozen=True)
class Object:
    """A file in a bucket.

    Parameters:
        type: its media type.
        cache_control: the header with which it is served.
        size: bytes.
    """

    bucket: str
    name: str
    type: str | None
    cache_control: str | None
    size: int

    @property
    def member(self) -> str:
        """What it is called in an archive."""
        return f"objects/{self.bucket}/{self.name}"


def listed(connection: Connection, project: str | None) -> list[Object]:
    """The files of all buckets, or of one project."""
    with connection.cursor(row_factory=class_row(Object)) as cursor:
        return cursor.execute(query("objects"), {"project": project}).fetchall()


class Storage:
    """The Storage API of an endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        key = endpoint.secret_key
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        headers["accept-encoding"] = "identity"  # files as they are, not packed for the way
        address = f"{endpoint.api_url}/storage/v1/object"
        self._http = httpx.Client(base_url=address, headers=headers, timeout=_SECONDS)
        self._reading = httpx.Client(
            base_url=address, headers=headers, timeout=_SECONDS, mounts=mounts(endpoint.api_url)
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()
        self._reading.close()

    @contextmanager
    def download(self, one: Object) -> Iterator[Iterator[bytes] | None]:
        """Its bytes, piece by piece; None if it is gone by now. Raise BackupError."""
        try:
            with self._reading.stream("GET", f"/authenticated/{_path(one)}") as answer:
                if not answer.is_success:
                    answer.read()
                    if not _is_gone(answer):
                        raise _refused(one, answer)
                    yield None
                    return
                packed = "content-encoding" in answer.headers  # by somebody on the way
                yield answer.iter_bytes() if packed else answer.iter_raw()
        except httpx.HTTPError as error:
            raise _lost(one, error) from None

    def upload(self, one: Object, content: Iterable[bytes]) -> None:
        """Put it there, over one that is there. Raise BackupError."""
        headers = {"x-upsert": "true", "content-type": one.type or "application/octet-stream"}
        headers["content-length"] = str(one.size)
        if one.cache_control:
            headers["cache-control"] = one.cache_control
        try:
            answer = self._http.post(f"/{_path(one)}", content=content, headers=headers)
        except httpx.HTTPError as error:
            raise _lost(one, error) from None
        if not answer.is_success:
            raise _refused(one, answer)

    def remove(self, bucket: str, names: list[str]) -> None:
        """Remove files; one that is not there is as good as removed. Raise BackupError."""
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            try:
                answer = self._http.request("DELETE", f"/{bucket}", json={"prefixes": some})
            except httpx.HTTPError as error:
                raise _lost(Object(bucket, some[0], None, None, 0), error) from None
            if not answer.is_success:
                raise _refused(Object(bucket, some[0], None, None, 0), answer)


def _is_gone(answer: httpx.Response) -> bool:
    """Whether Storage says that there is no such file: 404 in its body, whatever the status."""
    try:
        told = answer.json()
    except ValueError:
        return False  # a page of somebody in between
    return isinstance(told, dict) and str(told.get("statusCode")) == str(httpx.codes.NOT_FOUND)


def _path(one: Object) -> str:
    return f"{quote(one.bucket)}/{quote(one.name)}"


def _refused(one: Object, answer: httpx.Response) -> BackupError:
    return BackupError(
        f"Storage answers {answer.status_code}: {answer.text[:200]}",
        place=f"{one.bucket}/{one.name}",
        remedy="Run this again; what is done already is done again without harm.",
    )


def _lost(one: Object, error: httpx.HTTPError) -> BackupError:
    return BackupError(
        f"Storage does not answer: {str(error) or type(error).__name__}",
        place=f"{one.bucket}/{one.name}",
        remedy="Run this again.",
    )
