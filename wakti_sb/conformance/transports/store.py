"""The objects of a run: stored with the secret key, so that there are bytes to reach."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from psycopg import Connection, sql
from storage3.exceptions import StorageApiError
from supabase import Client

from ...errors import ConformanceError
from ..cases.file_requests import Place
from ..model import OBJECTS, Key
from ..scenario import Row, Scenario
from ..scenario.folders import content, plain_type
from .effects import State, state

_THREADS = 4
_TYPES = "select id, allowed_mime_types from storage.buckets"
_OWNER = "update storage.objects set owner = %s, owner_id = %s where bucket_id = %s and name = %s"
_ROWS = "select to_jsonb(o) from storage.objects as o where (bucket_id, name) in ({})"
# What an upload with the secret key writes anew, whatever was there.
_RENEWED = ("version", "metadata", "updated_at", "last_accessed_at")


class Store:
    """Stores the planned objects, tells what became of them, and stores them again.

    Parameters:
        connection: autocommit, as a role that sees every row.
        service: a client with the secret key.
        scenario: whose objects are rows already.
        further: names that attempts could make.
    """

    def __init__(
        self,
        connection: Connection[Any],
        service: Client,
        scenario: Scenario,
        further: Iterable[Place],
    ) -> None:
        self.connection = connection
        self.service = service
        self.planned = {
            Place(row.values["bucket_id"], row.values["name"]): row
            for row in scenario.of(OBJECTS)
            if row.label
        }
        self.names = tuple(dict.fromkeys((*self.planned, *further)))
        self._rows = _query(connection, self.names)
        self._types: dict[str, str] = {
            name: plain_type(allowed) for name, allowed in connection.execute(_TYPES)
        }
        self._put(self.planned)
        self.stored = self.rows()

    def rows(self) -> State:
        """The objects of the run as they are now; nobody else's."""
        if not self.names:
            return {}
        found = self.connection.execute(self._rows)
        return state((row[0] for row in found), ("id",))

    def restore(self, now: State | None = None) -> bool:
        """Store again what is gone or changed, remove what is new; whether anything was.

        Parameters:
            now: what `rows` has just told, if somebody has asked it.
        """
        now = self.rows() if now is None else now
        if now == self.stored:
            return False
        wrong = _others(now, self.stored)
        remove_files(self.service, ((file.bucket, file.name) for file in wrong))
        missing = _others(self.stored, now)
        for file in missing:
            self._insert(self.planned[file])
        self._put(missing)
        self.stored = self.rows()
        return True

    def key(self, file: Place) -> Key | None:
        """The key of a stored object."""
        row = self.planned.get(file)
        return None if row is None else (str(row.values["id"]),)

    def bytes_of(self, file: Place) -> bytes:
        """What was stored under this name."""
        return content(file.bucket, file.name)

    def content(self, file: Place) -> bytes | None:
        """What is stored under this name now; None if nothing is."""
        try:
            return self.service.storage.from_(file.bucket).download(file.name)
        except StorageApiError:
            return None

    def mime_type(self, bucket: str) -> str:
        """A type that the bucket takes."""
        return self._types.get(bucket, "text/plain")

    def _put(self, files: Iterable[Place]) -> None:
        wanted = tuple(files)
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._upload, wanted))
        owners = ((self.planned[file].values.get("owner_id"), file) for file in wanted)
        with self.connection.cursor() as cursor:
            cursor.executemany(_OWNER, [(o, o, file.bucket, file.name) for o, file in owners])

    def _upload(self, file: Place) -> None:
        options: Any = {"content-type": self.mime_type(file.bucket), "upsert": "true"}
        try:
            self.service.storage.from_(file.bucket).upload(file.name, self.bytes_of(file), options)
        except StorageApiError as error:
            raise ConformanceError(
                f"no object can be stored with the secret key: {error.message}",
                place=f"bucket {file.bucket}",
                remedy="the bucket's limits or the log of the Storage API say why",
            ) from None

    def _insert(self, row: Row) -> None:
        """The row first, so that it keeps its id."""
        names = ("id", "bucket_id", "name", "owner", "owner_id")
        query = sql.SQL(
            "insert into storage.objects ({}) values ({}) on conflict do nothing"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.SQL(", ").join(sql.Literal(row.values.get(name)) for name in names),
        )
        self.connection.execute(query)


def _query(connection: Connection[Any], names: Iterable[Place]) -> str:
    pairs = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(p.bucket), sql.Literal(p.name)) for p in names
    )
    return sql.SQL(_ROWS).format(pairs).as_string(connection)


def _others(rows: State, beside: State) -> list[Place]:
    """The files whose rows are not the same `beside`."""
    keys = (key for key, row in rows.items() if key not in beside or _differs(row, beside[key]))
    return [Place(rows[key]["bucket_id"], rows[key]["name"]) for key in keys]


def _differs(now: Any, before: Any) -> bool:
    """Whether it is another object, or other bytes under its name."""
    kept = (name for name in before if name not in _RENEWED or name == "version")
    return any(now.get(name) != before.get(name) for name in kept)


def remove_files(service: Client, files: Iterable[tuple[str, str]]) -> None:
    """Take objects away with their bytes; those that are not there are no error."""
    by_bucket: dict[str, list[str]] = {}
    for bucket, name in files:
        by_bucket.setdefault(bucket, []).append(name)
    for bucket, names in by_bucket.items():
        try:
            service.storage.from_(bucket).remove(names)
        except StorageApiError as error:
            if str(error.status) != "404":  # of a bucket that is gone nothing is left
                raise ConformanceError(
                    f"the test files cannot be removed: {error.message}", place=f"bucket {bucket}"
                ) from None
