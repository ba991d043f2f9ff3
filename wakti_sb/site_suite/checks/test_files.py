"""The files of a project in the bucket, by everybody, through the Supabase client."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from storage3.exceptions import StorageApiError
from supabase import Client

from wakti_sb.site_suite.model import Place

from . import holdings
from .case import Case, Unexpected, each, expect
from .holdings import IDENTITIES, NOBODY, OTHER_OWNER, OWNER, SECRET, VISITOR
from .people import Person
from .site import BUCKET, PICTURE, Site
from .sites import Sites

if TYPE_CHECKING:  # the client's own name for it is in no public module
    from storage3._sync.file_api import SyncBucketProxy
    from storage3.types import FileOptions

_TYPE: FileOptions = {"content-type": "image/png"}


@dataclass(frozen=True)
class Folder:
    """A project's files as one identity reaches them.

    Parameters:
        bucket: through whose client.
        path: of a file of the owner's.
        free: a path in the same folder at which nothing lies.
        http: fetches public addresses.
    """

    bucket: SyncBucketProxy
    path: str
    free: str
    http: httpx.Client

    @property
    def project(self) -> str:
        """The folder's name."""
        return self.path.split("/")[0]


@dataclass(frozen=True)
class Operation:
    """What can be done to a file.

    Parameters:
        name: as the report calls it.
        do: it; whether anything came of it.
        may: who may, beside the secret key.
    """

    name: str
    do: Callable[[Folder], object]
    may: tuple[str, ...] = ()


def _listed(folder: Folder, prefix: str) -> bool:
    names = {entry["name"] for entry in folder.bucket.list(prefix, {"limit": 1000})}
    return bool(names & {folder.project, folder.path.split("/")[1]})


def _replace(folder: Folder) -> object:
    return folder.bucket.upload(folder.path, PICTURE + b"!", {**_TYPE, "upsert": "true"})


def _public(folder: Folder) -> bool:
    answer = folder.http.get(folder.bucket.get_public_url(folder.path))
    return answer.status_code == 200 and answer.content == PICTURE


def _signed(folder: Folder) -> bool:
    url = str(folder.bucket.create_signed_url(folder.path, 60)["signedURL"])
    return folder.http.get(url).status_code == 200


EVERYBODY = (OWNER, OTHER_OWNER, NOBODY, VISITOR)
OPERATIONS = (
    Operation("list the folder", lambda f: _listed(f, f.project), (OWNER,)),
    Operation("find the folder", lambda f: _listed(f, ""), (OWNER,)),
    Operation("fetch by its public address", _public, EVERYBODY),
    # A public bucket's files are everybody's by their path, here and on the platform.
    Operation("download", lambda f: f.bucket.download(f.path) == PICTURE, EVERYBODY),
    Operation("make a signed address", _signed, (OWNER,)),
    Operation("upload", lambda f: f.bucket.upload(f.free, PICTURE, _TYPE), (OWNER,)),
    Operation("upload beside all folders", lambda f: f.bucket.upload(_alone(f), PICTURE, _TYPE)),
    Operation("upload over it", _replace),
    Operation("replace", lambda f: f.bucket.update(f.path, PICTURE + b"!", _TYPE)),
    Operation("move", lambda f: f.bucket.move(f.path, f.free)),
    Operation("copy", lambda f: f.bucket.copy(f.path, f.free), (OWNER,)),
    Operation(
        "make an upload address", lambda f: f.bucket.create_signed_upload_url(f.free), (OWNER,)
    ),
    Operation("delete", lambda f: f.bucket.remove([f.path]), (OWNER,)),
)


def _alone(folder: Folder) -> str:
    return f"{folder.project}.png"


@dataclass(frozen=True)
class Reach:
    """A case of the files."""

    case: Case
    operation: Operation

    @property
    def id(self) -> str:
        """A sentence; it names the test."""
        return self.case.id


def _cases() -> Iterator[Reach]:
    for operation in OPERATIONS:
        for who in IDENTITIES:
            may = who == SECRET or who in operation.may
            place = Place("files", operation.name, who)
            yield Reach(
                Case(place, "in the owner's folder", "allowed" if may else "refused"), operation
            )


class Files:
    """The owner's folder, and what was put into it."""

    def __init__(self, site: Site, clients: dict[str, Client], http: httpx.Client) -> None:
        self.site = site
        self._clients = clients
        self._http = http
        self._standing = ""
        self._controlled: set[str] = set()

    def folder(self, who: str, *, fresh: bool) -> Folder:
        """As an identity reaches it, with a file that may go or one that stays."""
        if fresh or not self._standing:
            path = f"{self.site.id}/{uuid.uuid4().hex}.png"
            self._clients[SECRET].storage.from_(BUCKET).upload(path, PICTURE, _TYPE)
            self._standing = self._standing if fresh else path
        else:
            path = self._standing
        bucket = self._clients[who].storage.from_(BUCKET)
        return Folder(bucket, path, f"{self.site.id}/{uuid.uuid4().hex}.png", self._http)

    def control(self, operation: Operation) -> None:
        """The operation with the secret key, once."""
        if operation.name not in self._controlled:
            self._controlled.add(operation.name)
            tried = f"the control of {operation.name}"
            folder = self.folder(SECRET, fresh=True)
            expect(tried, "allowed", outcome(operation, folder))
            folder.bucket.remove([folder.path, folder.free, _alone(folder)])


def outcome(operation: Operation, folder: Folder) -> str:
    """What comes of it; an answer that tells nothing is a refusal too."""
    try:
        return "allowed" if operation.do(folder) else "refused"
    except StorageApiError as error:
        told = f"error {error.status}: {error.message}"
        return "refused" if str(error.status) in ("400", "401", "403", "404") else told


@pytest.fixture(scope="session")
def files(
    owner: Person,
    other_owner: Person,
    nobody: Person,
    anon: Client,
    service: Client,
    sites: Sites,
    http: httpx.Client,
) -> Files:
    """The owner's folder."""
    clients = holdings.people(owner, other_owner, nobody, anon, service)
    return Files(sites.site(owner.id), clients, http)


@each(_cases())
def test_files(files: Files, case: Reach) -> None:
    """The owner adds, lists and deletes files of its own; nobody overwrites one."""
    place, allowed = case.case.place, case.case.expected == "allowed"
    folder = files.folder(place.identity, fresh=allowed)
    before = [] if allowed else files.site.files()
    expect(case.id, case.case.expected, outcome(case.operation, folder))
    secret = files.folder(SECRET, fresh=False).bucket
    if allowed:
        secret.remove([folder.path, folder.free, _alone(folder)])
        return
    if files.site.files() != before or secret.download(folder.path) != PICTURE:
        raise Unexpected(case.id, "the files as they were", "a change in them")
    files.control(case.operation)
