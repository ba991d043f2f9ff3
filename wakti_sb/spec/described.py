"""What each key of `wakti.toml` means: a JSON schema for editors, and texts for the reference."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .model import Spec
from .ownership import View

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors of TOML understand."""


def json_schema() -> dict[str, Any]:
    """The JSON schema of `wakti.toml`: keys, types, bounds, defaults and meanings.

    Whether rights lead somewhere and columns exist is only seen when the file is read.
    """
    schema = Spec.model_json_schema(schema_generator=_Schema)
    return {"$schema": DIALECT, **schema, "title": "wakti.toml"}


@cache
def descriptions(section: type[BaseModel]) -> dict[str, str]:
    """The text below each key of a section, in one line, inherited keys included."""
    found: dict[str, str] = {}
    for model in reversed(section.__mro__):
        if issubclass(model, BaseModel) and model is not BaseModel:
            found |= _texts_below(model)
    return found


def _texts_below(model: type[BaseModel]) -> dict[str, str]:
    (definition,) = ast.parse(inspect.getsource(model)).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


class _Schema(GenerateJsonSchema):
    """As TOML has it: no null; defaults where they are plain values; our own texts."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        section: type[BaseModel] = schema["cls"]
        texts = descriptions(section)
        keys = {
            key: {"description": texts[key], **value} for key, value in made["properties"].items()
        }
        if section is View:
            keys = {("view" if key == "table" else key): value for key, value in keys.items()}
            made["required"] = ["view"]
        summary = (inspect.getdoc(section) or "").partition("\n\n")[0]
        return {**made, "description": " ".join(summary.split()), "properties": keys}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = self.generate_inner(schema["schema"])
        default = schema.get("default")
        if isinstance(default, tuple) and all(isinstance(one, str) for one in default):
            return {**made, "default": list(default)}
        return {**made, "default": default} if isinstance(default, bool | int | str) else made

    def get_title_from_name(self, name: str) -> str:
        return name

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (inherited)
        return False
