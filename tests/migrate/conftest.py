"""Folders of migrations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.migrate.files import Write
from wakti_sb.migrate import Migration, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for migrations."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


@pytest.fixture
def write(folder: Path) -> Write:
    """Put files into the folder and read all that it holds then."""

    def write(files: Mapping[str, str]) -> tuple[Migration, ...]:
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
        return read(folder)

    return write
