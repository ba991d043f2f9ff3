"""Checks of new rows that let through more where a new row says something that is seldom sent."""

from __future__ import annotations

import pytest

from tests.conformance.holes import Hole, assert_found_and_closed
from tests.conformance.schemas import POLICY, table

_LETTERS = table(
    "letters",
    "kind text not null default 'note' check (kind in ('note', 'notice'))",
    "pages integer not null default 1",
    "reviewer uuid references auth.users",
)
_OWNED = (
    "[[owned]]\ntable = 'letters'\nowner = 'user_id'\nselect = 'own'\ninsert = 'own'\n"
    "update = 'own'\ndelete = 'own'\n"
)
_SLIP = "; create policy slip on letters for insert to authenticated with check ({})"
_GONE = "drop policy slip on letters"
_MINE = f"alter policy own on letters with check {POLICY}"
_IN_ANOTHERS_NAME = "letters: another owner cannot insert a row in the name of the owner ({})"
_HOLES = {
    "a kind of row that anybody adds in any name": Hole(
        _LETTERS + _SLIP.format("kind = 'notice'"),
        _GONE,
        _IN_ANOTHERS_NAME.format("kind notice"),
        _OWNED,
    ),
    "two conditions that together let a row in": Hole(
        _LETTERS + _SLIP.format("pages > 10 and kind = 'notice'"),
        _GONE,
        _IN_ANOTHERS_NAME.format("pages 900061, kind notice"),
        _OWNED,
    ),
    "a row that is handed over as another kind": Hole(
        _LETTERS + f"; alter policy own on letters with check ({POLICY} or kind = 'notice')",
        _MINE,
        "letters: another owner cannot put its own row into another's name by user_id"
        " (kind notice) without a filter",
        _OWNED,
    ),
}


@pytest.mark.slow_after(1)
@pytest.mark.parametrize("name", _HOLES)
def test_a_hole_is_found_and_its_sound_form_is_clean(name: str, empty_database: str) -> None:
    assert_found_and_closed(_HOLES[name], empty_database)
