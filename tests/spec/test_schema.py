"""The JSON schema that editors read says of a `wakti.toml` what reading the file says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel

from tests.command_line import wakti
from wakti_sb import spec
from wakti_sb.errors import SpecError
from wakti_sb.spec.described import descriptions, json_schema
from wakti_sb.spec.settings import Section

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("tests/examples/*/wakti.toml"))
SCHEMA = json_schema()


def complaints(text: str) -> list[str]:
    data: Any = json.loads(json.dumps(tomllib.loads(text), default=str))
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(data)]


@pytest.mark.parametrize("file", [ROOT / "wakti.toml", *FILES], ids=lambda file: file.parent.name)
def test_what_can_be_read_has_no_complaint(file: Path) -> None:
    assert complaints(file.read_text("utf-8")) == []


OWNED = '[[owned]]\ntable = "a"\nowner = "user_id"\n'


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("[stack]\nport = 1", "[stack]\nport = 0"),
        ("[stack]\nport = 65535", "[stack]\nport = 65536"),
        ("[stack]\ndurable = true", '[stack]\ndurable = "yes"'),
        ('[project]\nschemas = ["a"]', "[project]\nschemas = []"),
        ("[limits]\nitem = 1", "[limits]\nitems_of = 1"),
        ('[[owned]]\ntable = "a"', '[[owned]]\nview = "a"'),
        ('[[view]]\nview = "a"', '[[view]]\nname = "a"'),
        (OWNED + 'key = "b"', OWNED + "key = 1"),
        (OWNED + 'update = ["a"]', OWNED + "update = [1]"),
        (
            OWNED + 'update = { right = "own", columns = ["a"] }',
            OWNED + 'update = { columns = ["a"] }',
        ),
        ('[[bucket]]\nname = "b"\npaths = "{user}"', '[[bucket]]\nname = "b"\npaths = 1'),
        (
            '[[excuse]]\nobject = "a"\nreason = "b"\nuntil = 2027-01-31',
            '[[excuse]]\nobject = "a"\nreason = ""',
        ),
    ],
)
def test_it_complains_where_reading_does(right: str, wrong: str) -> None:
    spec.parse(right)
    assert complaints(right) == []
    with pytest.raises(SpecError):
        spec.parse(wrong)
    assert complaints(wrong) != []


def test_every_key_of_every_section_says_what_it_means() -> None:
    sections: list[type[BaseModel]] = [Section]
    for section in sections:
        sections += section.__subclasses__()
        texts = descriptions(section)
        assert [key for key in section.model_fields if not texts.get(key)] == [], section


@pytest.mark.slow
def test_the_command_prints_it_without_a_project(tmp_path: Path) -> None:
    printed = wakti("docs", "--schema", cwd=tmp_path)
    assert json.loads(printed.stdout) == SCHEMA
