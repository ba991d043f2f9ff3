"""`docs/openapi.yaml` says what the function validates with, and follows `wakti.toml`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.docs import description
from wakti_sb.generate.render import Renderer
from wakti_sb.spec import load

ROOT = description.ROOT
FUNCTION = "edge_function_templates/project-backend-api"


def test_the_description_is_what_the_schemas_say() -> None:
    written = description.PAGE.read_text(encoding="utf-8")
    assert description.description() == written, "run python -m tests.docs.description"


def described(folder: Path, wakti_toml: str) -> dict[str, Any]:
    """The description of the function that a `wakti.toml` makes."""
    program, function = folder / "openapi", folder / "function"
    shutil.copytree(description.FOLDER, program)
    function.mkdir()
    (folder / "wakti.toml").write_text(wakti_toml, encoding="utf-8")
    renderer = Renderer(load(folder / "wakti.toml"), ROOT)
    for source in (ROOT / FUNCTION).iterdir():
        if source.suffix == ".ts":
            shutil.copy(source, function)
    text = renderer.render(f"{FUNCTION}/settings.ts.j2")
    (function / "settings.ts").write_text(text, encoding="utf-8")
    settings = json.loads((program / "deno.json").read_text(encoding="utf-8"))
    settings["imports"]["function/"] = "../function/"
    (program / "deno.json").write_text(json.dumps(settings), encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(description.description(program))
    return document


LIMITS = [
    ("name_chars = 64", "name_chars = 17", "^collection/[A-Za-z0-9_-]{1,17}$"),
    ("\nfilters = 10", "\nfilters = 3", "'maxProperties': 3"),
    ("bulk_items = 100", "bulk_items = 5", "'maxItems': 5"),
    ("field_chars = 128", "field_chars = 9", ".[^\\\\u0000]{1,9}$"),
    ("value_chars = 1024", "value_chars = 77", "'maxLength': 77"),
    ("list_items = 1000", "list_items = 20", "'default': '20'"),
    ("password_min = 8", "password_min = 12", "{12,256}"),
    ("email_chars = 254", "email_chars = 99", "'maxLength': 99"),
    ("form_files = 10", "form_files = 2", "at most 2 files"),
]


def test_limits_of_wakti_toml_are_the_descriptions(tmp_path: Path) -> None:
    text = (ROOT / "wakti.toml").read_text(encoding="utf-8")
    present = str(yaml.safe_load(description.PAGE.read_text(encoding="utf-8")))
    for old, new, said in LIMITS:
        assert old in text
        assert said not in present
        text = text.replace(old, new)
    other = str(described(tmp_path, text))
    for _, new, said in LIMITS:
        assert said in other, new
