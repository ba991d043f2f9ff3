"""What the Storage API asks of the database for each thing that it offers.

As its sources do it: with the name of the operation as a setting, which policies read through
`storage.operation()`, and as the caller, so that row level security decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..model import OBJECTS, Copy, Delete, Identity, Insert, Pairs, Request, Select, Update, Upsert
from ..scenario import Row

OPERATION = "storage.operation"

LIST = "storage.object.list"
DOWNLOAD = "storage.object.get_authenticated"
DOWNLOAD_PUBLIC = "storage.object.get_public"
SIGN = "storage.object.sign"
UPLOAD = "storage.object.upload"
SIGN_UPLOAD = "storage.object.sign_upload_url"
OVERWRITE = "storage.object.upload_update"
MOVE = "storage.object.move"
COPY = "storage.object.copy"
REMOVE = "storage.object.delete_many"

FileRequest = tuple[Request, Pairs]
"""A request and the settings of its transaction."""

_COLUMNS = ("id", "bucket_id", "name")
_MAY_DELETE = ("storage.allow_delete_query", "true")
_OVERWRITTEN = (("version", "overwritten"),)


@dataclass(frozen=True)
class Place:
    """Where a file lies."""

    bucket: str
    name: str

    @property
    def pairs(self) -> Pairs:
        """As columns of storage.objects."""
        return (("bucket_id", self.bucket), ("name", self.name))


def place_of(row: Row) -> Place:
    """Where a seeded file lies."""
    return Place(row.values["bucket_id"], row.values["name"])


def listing(bucket: str) -> FileRequest:
    """Every file of a bucket, folder by folder."""
    return Select(OBJECTS, _COLUMNS, (("bucket_id", bucket),)), _as(LIST)


def download(file: Place) -> FileRequest:
    """The bytes of a file."""
    return Select(OBJECTS, _COLUMNS, file.pairs), _as(DOWNLOAD)


def download_public(file: Place) -> FileRequest:
    """The bytes of a file of a public bucket, by its URL."""
    return Select(OBJECTS, _COLUMNS, file.pairs), _as(DOWNLOAD_PUBLIC)


def sign(file: Place) -> FileRequest:
    """A URL that lets anybody download a file for a while."""
    return Select(OBJECTS, _COLUMNS, file.pairs), _as(SIGN)


def upload(file: Place, who: Identity) -> FileRequest:
    """A new file."""
    return Insert(OBJECTS, (*file.pairs, *_owner(who))), _as(UPLOAD)


def sign_upload(file: Place, who: Identity) -> FileRequest:
    """A URL that lets anybody upload a new file for a while."""
    return Insert(OBJECTS, (*file.pairs, *_owner(who))), _as(SIGN_UPLOAD)


def overwrite(file: Place, who: Identity) -> FileRequest:
    """Other bytes under the name of a file: to the policies it is new and changed at once."""
    values = (*file.pairs, *_owner(who), *_OVERWRITTEN)
    return Upsert(OBJECTS, values, ("bucket_id", "name")), _as(OVERWRITE)


def change(file: Place, version: str = "overwritten") -> FileRequest:
    """The row alone: the policy for UPDATE without that for INSERT."""
    return Update(OBJECTS, (("version", version),), file.pairs), _as(OVERWRITE)


def sweep() -> FileRequest:
    """Every row, unasked."""
    return Update(OBJECTS, _OVERWRITTEN), _as(OVERWRITE)


def move(file: Place, to: Place, who: Identity) -> FileRequest:
    """Another name; the file belongs to who moved it."""
    return replace(move_all(to, who), where=file.pairs), _as(MOVE)


def move_all(to: Place, who: Identity) -> Update:
    """The same to every row that the caller may change, unasked."""
    return Update(OBJECTS, (("name", to.name), *_owner(who)))


def copy(file: Place, to: Place, who: Identity) -> FileRequest:
    """The same bytes under a second name."""
    return Copy(OBJECTS, (*to.pairs, *_owner(who)), file.pairs), _as(COPY)


def copy_over(file: Place, to: Place, who: Identity) -> FileRequest:
    """A copy that may overwrite (`x-upsert`): at its destination it is new and changed at once."""
    values = (*to.pairs, *_owner(who), *_OVERWRITTEN)
    return Copy(OBJECTS, values, file.pairs, ("bucket_id", "name")), _as(COPY)


def remove(file: Place) -> FileRequest:
    """A file and its row."""
    return Delete(OBJECTS, file.pairs), (*_as(REMOVE), _MAY_DELETE)


def wipe() -> FileRequest:
    """Every row, unasked."""
    return Delete(OBJECTS), (*_as(REMOVE), _MAY_DELETE)


def moving_what_is_in_the_way() -> Pairs:
    """The settings of a move before which rows are deleted."""
    return (*_as(MOVE), _MAY_DELETE)


def _as(operation: str) -> Pairs:
    return ((OPERATION, operation),)


def _owner(who: Identity) -> Pairs:
    return () if who.user_id is None else (("owner", who.user_id), ("owner_id", who.user_id))
