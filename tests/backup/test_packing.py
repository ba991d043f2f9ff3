"""What is packed in other threads is one stream, as zlib reads it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from wakti_sb.backup.archive import writing


@pytest.mark.parametrize("pieces", [0, 1, 40])
def test_a_member_is_unpacked_as_it_was_written(pieces: int, tmp_path: Path) -> None:
    written = [os.urandom(500) * 300 for _ in range(pieces)]
    with writing(tmp_path / "all.zip") as archive:
        with archive.member("rows/public.notes") as write:
            for piece in written:
                write(piece)
        archive.finish({})
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert packed.testzip() is None
        assert packed.read("rows/public.notes") == b"".join(written)
        info = packed.getinfo("rows/public.notes")
        assert info.compress_size <= max(info.file_size // 10, 10)


def test_an_error_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> None:
        with writing(tmp_path / "all.zip") as archive, archive.member("rows/public.a") as write:
            write(b"a" * 1000)
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        broken()
    assert not list(tmp_path.iterdir())
