from __future__ import annotations

import copy
import pickle

import pytest

from wakti_sb.spec import Relation, parse, slug_of


@pytest.mark.parametrize(
    ("text", "schema", "name"),
    [
        ("public.projects", "public", "projects"),
        ("projects", "public", "projects"),
        ("app.Users", "app", "Users"),
        ('app."a.b"', "app", "a.b"),
        ('"my app"."say ""hi"""', "my app", 'say "hi"'),
        ("public.drop;table", "public", "drop;table"),
    ],
)
def test_a_name_is_taken_as_the_catalog_holds_it(text: str, schema: str, name: str) -> None:
    relation = Relation(text)
    assert (relation.schema, relation.name) == (schema, name)
    assert Relation.of(schema, name) == relation


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a.b.c", 'a."b', "a b", "a\x00b", "x" * 64])
def test_what_cannot_be_a_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"name|longer"):
        Relation(text)


def test_a_relation_equals_its_text_and_survives_copying() -> None:
    relation = Relation("app.users")
    assert relation == "app.users"
    assert {str(relation): 1}[relation] == 1
    assert copy.deepcopy(relation).schema == "app"
    assert pickle.loads(pickle.dumps(relation)).name == "users"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("shop", "shop"),
        ("My Shop (2)", "My-Shop-2"),
        ("Café Müller", "Cafe-Muller"),
        ("متجر", "project"),
        ("-_x_-", "x"),
        ("x" * 80, "x" * 63),
        ("", "project"),
    ],
)
def test_a_folder_of_any_name_gives_a_project_name_that_is_accepted(folder: str, name: str) -> None:
    assert slug_of(folder) == name
    assert parse(f'[project]\nname = "{name}"\n').project.name == name
