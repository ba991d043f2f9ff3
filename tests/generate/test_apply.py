from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wakti_sb.errors import GenerateError
from wakti_sb.generate import Plan, apply

Generate = Callable[..., Plan]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_crash_leaves_no_half_written_file(
    generate: Generate, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate()
    before = files(project)
    planned = generate("[limits]\nfile = 1024", write=False)

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            apply(planned)
    assert files(project) == before


@pytest.mark.parametrize("finished", [1, 2, 3, 4])
def test_a_run_that_was_cut_off_is_completed_by_the_next(
    generate: Generate, project: Path, finished: int
) -> None:
    whole = generate("[limits]\nfile = 1024", write=False)
    apply(Plan(whole.root, whole.changes[:finished]))
    generate("[limits]\nfile = 1024")
    written = {path.removeprefix("supabase/"): text for path, text in files(project).items()}
    expected = {
        change.path.removeprefix("supabase/"): (change.after or "").encode()
        for change in whole.changes
    }
    assert written == expected


def test_a_file_that_changed_since_the_plan_is_left_alone(
    generate: Generate, project: Path
) -> None:
    planned = generate(write=False)
    path = project / "supabase/config.toml"
    path.parent.mkdir()
    path.write_text("# somebody was faster\n")
    with pytest.raises(GenerateError, match="changed while generate was at work"):
        apply(planned)
    assert path.read_text() == "# somebody was faster\n"


def test_a_place_that_cannot_be_written_is_named(generate: Generate, project: Path) -> None:
    (project / "supabase").write_text("a file where the folder should be\n")
    with pytest.raises(GenerateError) as error:
        generate()
    assert "supabase/" in str(error.value)


def test_files_are_as_readable_as_others(generate: Generate, project: Path) -> None:
    generate()
    assert (project / "supabase/config.toml").stat().st_mode & 0o777 == 0o644
