"""One file: a ZIP with rows, files and the schema, and a manifest with a checksum for each.

It is written as it comes, under another name until it is whole, so a cut run leaves no backup that
looks like one. The manifest is the last member.
"""

from __future__ import annotations

import errno
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from wakti_sb.backup.errors import ArchiveDamaged, BackupError
from wakti_sb.backup.packing import Packer

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_AT_ONCE = 2  # pieces that are packed at the same time


class Writer:
    """Writes members; the manifest comes with `close`."""

    def __init__(self, packed: zipfile.ZipFile, pool: ThreadPoolExecutor) -> None:
        self._packed = packed
        self._pool = pool
        self._members: dict[str, dict[str, Any]] = {}

    @contextmanager
    def member(self, name: str, **told: Any) -> Iterator[Callable[[bytes], object]]:
        """A member, by a function that takes its bytes.

        Parameters:
            told: stands in the manifest beside its size and its checksum.
        """
        digest, size = hashlib.sha256(), 0
        kind = zipfile.ZIP_STORED if name.startswith("objects/") else zipfile.ZIP_DEFLATED
        info = zipfile.ZipInfo(name)
        info.compress_type = kind
        with self._packed.open(info, "w", force_zip64=True) as opened:
            if kind == zipfile.ZIP_DEFLATED:  # zipfile's own packs in this thread alone
                opened._compressor = Packer(self._pool)  # type: ignore[attr-defined]  # not public

            def write(data: bytes) -> None:
                nonlocal size
                opened.write(data)
                digest.update(data)
                size += len(data)

            yield write
        self._members[name] = {"bytes": size, "sha256": digest.hexdigest(), **told}

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest."""
        told = {"format": FORMAT, **manifest, "members": self._members}
        self._packed.writestr(MANIFEST, json.dumps(told, indent=1), zipfile.ZIP_DEFLATED)


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """An archive that is there when it is whole. Raise BackupError if it cannot be written."""
    if file.exists():
        raise BackupError("this file is there already.", place=str(file))
    part = file.with_name(f"{file.name}.part")
    try:
        with (
            ThreadPoolExecutor(_AT_ONCE) as pool,
            zipfile.ZipFile(part, "w", allowZip64=True) as packed,
        ):
            yield Writer(packed, pool)
        part.replace(file)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise BackupError(
            "there is no room for it: no backup was made."
            if full
            else f"the backup cannot be written: {(error.strerror or str(error)).lower()}.",
            place=str(file),
            remedy="Choose another place with --output." if full else None,
        ) from None
    finally:
        with suppress(OSError):
            part.unlink()


class Reader:
    """A whole archive, whose members were compared with their checksums."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
        self._packed = packed
        self.manifest = manifest

    def members(self, folder: str) -> dict[str, Mapping[str, Any]]:
        """What the manifest tells of the members below a folder, by name."""
        told: Mapping[str, Mapping[str, Any]] = self.manifest["members"]
        return {name: one for name, one in told.items() if name.startswith(f"{folder}/")}

    def open(self, name: str) -> IO[bytes]:
        """A member's bytes."""
        return self._packed.open(name)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The same, piece by piece."""
        with self.open(name) as opened:
            while chunk := opened.read(_CHUNK):
                yield chunk


@contextmanager
def reading(file: Path) -> Iterator[Reader]:
    """An archive. Raise ArchiveDamaged unless it is whole, unchanged and one of ours."""
    try:
        packed = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, EOFError):
        raise ArchiveDamaged(
            "this is no backup, or it was cut in the middle.",
            place=str(file),
            remedy="Nothing was restored. Take another one.",
        ) from None
    except OSError as error:
        raise BackupError(
            f"cannot be read: {(error.strerror or str(error)).lower()}.", place=str(file)
        ) from None
    with packed:
        try:
            manifest = json.loads(packed.read(MANIFEST))
            _verify(packed, manifest, file)
        except (KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise _damaged(file, str(error) or type(error).__name__) from None
        yield Reader(packed, manifest)


def _verify(packed: zipfile.ZipFile, manifest: Mapping[str, Any], file: Path) -> None:
    if manifest["format"] != FORMAT:
        raise ArchiveDamaged(
            f"it was made by another version: format {manifest['format']}.",
            place=str(file),
            remedy=f"This one reads format {FORMAT}.",
        )
    members = manifest["members"]
    names = [name for name in packed.namelist() if name != MANIFEST]
    for name in names:
        if not is_plain(name):
            raise _damaged(file, f"{name!r} leads out of the archive")
    if sorted(names) != sorted(members):
        raise _damaged(file, "its members are not those of its manifest")
    for name in names:
        digest = hashlib.sha256()
        with packed.open(name) as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != members[name]["sha256"]:
            raise _damaged(file, f"{name} has another checksum")


def is_plain(name: str) -> bool:
    """Whether a member of this name stays inside of a folder that it is unpacked into."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _damaged(file: Path, why: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"the backup is damaged: {why.strip(chr(34))}.",
        place=str(file),
        remedy="Nothing was restored. Take another one.",
    )
