"""The header Prefer, and who may ask for what with it."""

from __future__ import annotations

import pytest

from .library import Api


def test_what_nobody_knows_is_ignored_or_refused(api: Api) -> None:
    lenient = api.get("books?limit=0", prefer="anything, handling=lenient")
    assert lenient.status_code == 200
    assert lenient.headers["preference-applied"] == "handling=lenient"
    strict = api.get("books?limit=0", prefer="anything, handling=strict, timezone=Nowhere")
    assert strict.status_code == 400
    assert strict.json()["code"] == "PGRST122"
    assert strict.json()["details"] == "Invalid preferences: anything, timezone=Nowhere"


def test_times_are_told_in_the_time_zone_that_is_asked_for(api: Api) -> None:
    api("POST", "stock", json={"sku": "a"})
    answer = api.get("stock?select=added", prefer="timezone=Asia/Riyadh")
    assert answer.json() == [{"added": "2026-01-02T06:04:05+03:00"}]
    assert answer.headers["preference-applied"] == "timezone=Asia/Riyadh"
    assert api.rows("stock?select=added") == [{"added": "2026-01-02T03:04:05+00:00"}]


def test_a_request_does_not_decide_how_its_transaction_ends(api: Api) -> None:
    answer = api("POST", "stock", json={"sku": "a"}, prefer="tx=rollback")
    assert answer.status_code == 201
    assert "preference-applied" not in answer.headers
    assert len(api.rows("stock")) == 1


@pytest.mark.parametrize(("most", "status"), [("1", 400), ("2", 204), ("3", 204)])
def test_no_more_rows_are_changed_than_allowed(api: Api, most: str, status: int) -> None:
    prefer = f"handling=strict, max-affected={most}"
    answer = api("PATCH", "books?id=lt.3", json={"pages": 7}, prefer=prefer)
    assert answer.status_code == status
    assert len(api.rows("books?pages=eq.7")) == (0 if status == 400 else 2)


def test_the_first_of_two_that_contradict_each_other_holds(api: Api) -> None:
    answer = api("POST", "stock", json={"sku": "a"}, prefer="return=minimal, return=representation")
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["preference-applied"] == "return=minimal"
