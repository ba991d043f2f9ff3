"""Attempts on different files travel together, and each is judged by its own files alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wakti_sb.conformance.cases import file_requests as files
from wakti_sb.conformance.model import NEW, SERVICE, Attempt, Identity
from wakti_sb.conformance.transports.apart import as_sent, batches, done, nothing_else
from wakti_sb.conformance.transports.effects import State

ANA = Identity("ana", user_id="11111111-1111-4111-8111-111111111111")
BEN = Identity("ben", user_id="22222222-2222-4222-8222-222222222222")
A, B, C = (files.Place("boxes", f"{name}.txt") for name in "abc")


def attempt(asked: files.FileRequest, who: Identity = SERVICE) -> Attempt:
    request, settings = asked
    return Attempt(who, request, (), settings)


def stored(*rows: tuple[str, files.Place, str]) -> State:
    """Objects by their id: number, place and version."""
    made: dict[tuple[str, ...], dict[str, Any]] = {}
    for id_, place, version in rows:
        made[(id_,)] = {**dict(place.pairs), "id": id_, "version": version}
    return made


def test_two_uploads_that_differ_in_what_the_service_is_not_told_are_one() -> None:
    first, second = attempt(files.upload(A, ANA)), attempt(files.upload(A, BEN))
    assert first != second
    assert as_sent(first) == as_sent(second)


def test_uploads_by_two_people_to_two_names_or_in_two_ways_are_not_one() -> None:
    first = attempt(files.upload(A, ANA), ANA)
    others = (
        attempt(files.upload(A, ANA), BEN),
        attempt(files.upload(B, ANA), ANA),
        attempt(files.sign_upload(A, ANA), ANA),
        replace(first, arrange=(files.wipe()[0],)),  # type: ignore[arg-type]
    )
    for other in others:
        assert as_sent(first) != as_sent(other)


def test_a_move_keeps_both_of_its_names() -> None:
    assert as_sent(attempt(files.move(A, B, ANA))) != as_sent(attempt(files.move(A, C, ANA)))
    assert as_sent(attempt(files.move(A, C, ANA))) != as_sent(attempt(files.move(B, C, ANA)))


def test_no_file_is_named_twice_in_a_batch() -> None:
    into_b, from_b = attempt(files.move(A, B, ANA)), attempt(files.remove(B))
    over_a, new_c = attempt(files.overwrite(A, ANA)), attempt(files.upload(C, ANA))
    made = list(batches([into_b, from_b, over_a, new_c]))
    assert made == [[into_b, new_c], [from_b, over_a]]


def test_a_batch_has_a_limit() -> None:
    many = [attempt(files.remove(files.Place("boxes", f"{n}"))) for n in range(70)]
    made = list(batches(many))
    assert [each for batch in made for each in batch] == many
    assert max(map(len, made)) == 32


def test_each_attempt_has_done_what_is_seen_at_its_own_names() -> None:
    before = stored(("1", A, "v1"), ("2", B, "v1"))
    after = stored(("1", A, "v2"), ("3", C, "v1"))
    assert done(attempt(files.overwrite(A, ANA)), before, after) == {("1",)}
    assert done(attempt(files.remove(B)), before, after) == {("2",)}
    assert done(attempt(files.upload(C, ANA)), before, after) == {NEW}
    assert done(attempt(files.move(B, C, ANA)), stored(("2", B, "v1")), stored(("2", C, "v1")))


def test_what_others_have_done_is_nobodys_merit() -> None:
    before = stored(("1", A, "v1"))
    after = stored(("1", A, "v2"), ("3", C, "v1"))
    assert done(attempt(files.upload(B, ANA)), before, after) == frozenset()
    assert done(attempt(files.remove(A)), before, after) == frozenset()


def test_a_change_that_nobody_asked_for_is_noticed() -> None:
    upload = attempt(files.upload(C, ANA))
    before = stored(("1", A, "v1"))
    assert nothing_else([upload], before, stored(("1", A, "v1"), ("3", C, "v1")))
    assert not nothing_else([upload], before, stored(("3", C, "v1")))
    assert not nothing_else([upload], before, stored(("1", A, "v2"), ("3", C, "v1")))
    assert not nothing_else([upload], before, stored(("1", B, "v1"), ("3", C, "v1")))
