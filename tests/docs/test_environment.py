"""docs/environment.md describes every environment variable that the code reads, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import environment, variables


@pytest.mark.slow
def test_each_variable_that_the_code_reads_is_described_and_no_other() -> None:
    for section in environment.sections():
        told = f"{section.title}: mend tests/docs/environment.py"
        assert (section.missing, section.idle) == (set(), set()), told


@pytest.mark.parametrize(
    "line",
    [
        'os.environ["NEW_ONE"]',
        'os.environ.get("NEW_ONE", "")',
        'os.environ.pop("NEW_ONE")',
        'os.getenv("NEW_ONE")',
        '"NEW_ONE" in os.environ',
        "os.environ.get(CONSTANT)",
        'option(envvar="NEW_ONE")',
        'option(envvar=["OTHER", "NEW_ONE"])',
    ],
)
def test_a_variable_is_found_however_python_reads_it(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.py").write_text(f'CONSTANT = "NEW_ONE"\nfound = {line}\n')
    monkeypatch.setattr(variables, "ROOT", tmp_path)
    assert "NEW_ONE" in variables.of_python("code")


def test_a_name_that_only_a_run_knows_has_to_be_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.py").write_text("os.environ.get(name + '_URL')\n")
    monkeypatch.setattr(variables, "ROOT", tmp_path)
    with pytest.raises(AssertionError, match=r"code/one\.py:1"):
        variables.of_python("code")


def test_what_is_written_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.py").write_text('os.environ["NEW_ONE"] = "1"\nenv.get("OTHER")\n')
    monkeypatch.setattr(variables, "ROOT", tmp_path)
    assert variables.of_python("code") == {}


def test_a_variable_is_found_however_typescript_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.ts").write_text(
        'Deno.env.get("FIRST"); const env = read(get("SECOND"));\n'
        'export const VARIABLES = ["THIRD"] as const;\n'
    )
    (tmp_path / "code" / "one.test.ts").write_text('Deno.env.get("OF_A_TEST");\n')
    monkeypatch.setattr(variables, "ROOT", tmp_path)
    assert set(variables.of_typescript("code")) == {"FIRST", "SECOND", "THIRD"}
