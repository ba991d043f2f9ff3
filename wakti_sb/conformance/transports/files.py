"""Attempts of the Storage API, with real bytes behind every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from storage3.exceptions import StorageApiError
from supabase import Client

from ..cases.file_requests import (
    COPY,
    DOWNLOAD,
    DOWNLOAD_PUBLIC,
    LIST,
    MOVE,
    OVERWRITE,
    REMOVE,
    SIGN,
    SIGN_UPLOAD,
    UPLOAD,
)
from ..model import Attempt, Key, Outcome
from .apart import operation, source
from .clients import Clients
from .store import Store

READS = (LIST, DOWNLOAD, DOWNLOAD_PUBLIC, SIGN)
_INTRUDER = b"wakti-sb: these bytes must not arrive"
_SECONDS = 60  # how long a signed URL is good
_PAGE = 100
_BAD_TOKEN = ("jwt", "jws", "signature", "claim", "token")


class FileRequests:
    """Sends attempts to the Storage API as the person they are by.

    Parameters:
        clients: who sends.
        store: the objects that were stored for the run.
    """

    def __init__(self, clients: Clients, store: Store) -> None:
        self.clients = clients
        self.store = store

    def read(self, attempt: Attempt) -> Outcome:
        """List, download or sign; the files that came of it."""
        try:
            keys = frozenset(self._read(attempt))
        except StorageApiError as error:
            return refused(error)
        return Outcome("allowed" if keys else "zero rows", keys, len(keys))

    def write(self, attempt: Attempt) -> Outcome | None:
        """Store, move, copy or remove; the refusal, or None if it was answered with yes."""
        try:
            done = self._write(attempt)
        except StorageApiError as error:
            return refused(error)
        return None if done else Outcome("zero rows")

    def arrived(self, attempt: Attempt) -> frozenset[Key]:
        """The file of an overwriting attempt if, seen with the secret key, it holds its bytes."""
        if operation(attempt) != OVERWRITE:
            return frozenset()
        file = source(attempt)
        key = self.store.key(file)
        there = key is not None and self.store.content(file) == _INTRUDER
        return frozenset({key} if there and key is not None else ())

    def _read(self, attempt: Attempt) -> Iterator[Key]:
        file = source(attempt)
        bucket = self.clients.of(attempt.who).storage.from_(file.bucket)
        if operation(attempt) == LIST:
            yield from _listed(bucket, "")
            return
        match operation(attempt):
            case "storage.object.sign":
                url = bucket.create_signed_url(file.name, _SECONDS)["signedURL"]
                content = self._open(url)
            case "storage.object.get_public":
                content = self._open(bucket.get_public_url(file.name))
            case _:
                content = bucket.download(file.name)
        key = self.store.key(file)
        if key is not None and content == self.store.bytes_of(file):
            yield key

    def _write(self, attempt: Attempt) -> bool:
        asked = operation(attempt)
        file = source(attempt)
        client: Client = self.clients.of(attempt.who)
        bucket = client.storage.from_(file.bucket)
        options: Any = {"content-type": self.store.mime_type(file.bucket)}
        values = dict(getattr(attempt.request, "values", ()))
        if asked == UPLOAD:
            bucket.upload(file.name, _INTRUDER, options)
        elif asked == SIGN_UPLOAD:
            token = bucket.create_signed_upload_url(file.name)["token"]
            bucket.upload_to_signed_url(file.name, token, _INTRUDER, options)
        elif asked == OVERWRITE:
            bucket.update(file.name, _INTRUDER, options)
        elif asked == MOVE:
            bucket.move(file.name, values["name"])
        elif asked == COPY:
            bucket.copy(file.name, values["name"])
        elif asked == REMOVE:
            return bool(bucket.remove([file.name]))
        return True

    def _open(self, url: str | None) -> bytes:
        answer = self.clients.http.get(str(url))
        if answer.status_code != httpx.codes.OK:
            raise StorageApiError(answer.text[:200], "", answer.status_code)
        return answer.content


def refused(error: StorageApiError) -> Outcome:
    """What a refusal of the Storage API means. Pure."""
    status, message = str(error.status), error.message
    words = message.lower()
    if "row-level security" in words:
        return Outcome("refused by policy", code="42501", message=message)
    if "permission denied" in words:
        return Outcome("refused by grant", code="42501", message=message)
    if status == "404" or "not found" in words:
        return Outcome("zero rows", code=status, message=message)
    if status in ("401", "403") or any(word in words for word in _BAD_TOKEN):
        return Outcome("refused by code", code=status, message=message)
    if status in ("409", "413", "415"):
        return Outcome("constraint", code=status, message=message)
    return Outcome("error", code=status, message=message)


def _listed(bucket: Any, folder: str) -> Iterator[Key]:
    """The ids of every file that can be found by listing, from this folder down."""
    offset = 0
    while True:
        entries = bucket.list(folder, {"limit": _PAGE, "offset": offset})
        for entry in entries:
            name = f"{folder}/{entry['name']}" if folder else entry["name"]
            if entry.get("id") is None:
                yield from _listed(bucket, name)
            else:
                yield (str(entry["id"]),)
        if len(entries) < _PAGE:
            return
        offset += _PAGE
