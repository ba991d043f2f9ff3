"""Downloads that run ahead keep their order, their bytes, and their errors in place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from wakti_sb.backup.ahead import Content, Open, ahead

PIECES = 100  # more than wait in the queue of one download


@contextmanager
def opening(job: int) -> Iterator[Content]:
    if job == 7:
        yield None
        return
    yield (bytes([job, n]) for n in range(PIECES))


def test_every_file_comes_whole_and_in_order() -> None:
    found = [
        (job, None if content is None else b"".join(content))
        for job, content in ahead(range(20), opening)
    ]
    whole = {job: b"".join(bytes([job, n]) for n in range(PIECES)) for job in range(20)}
    assert found == [(job, None if job == 7 else whole[job]) for job in range(20)]


def test_nothing_to_fetch_is_nothing() -> None:
    assert list(ahead([], opening)) == []


def read(jobs: list[int], opens: Open[int], into: list[tuple[int, bytes]]) -> None:
    """Read all of them."""
    for job, content in ahead(jobs, opens):
        into.append((job, b"".join(content or ())))


def test_an_error_comes_where_the_file_would_and_not_before() -> None:
    @contextmanager
    def failing(job: int) -> Iterator[Content]:
        if job == 2:
            raise ConnectionError("no such luck")
        yield iter([b"a"])

    reached: list[tuple[int, bytes]] = []
    with pytest.raises(ConnectionError, match="no such luck"):
        read([0, 1, 2, 3, 4], failing, reached)
    assert reached == [(0, b"a"), (1, b"a")]


def test_an_error_in_the_middle_of_a_file_does_not_make_it_look_whole() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionError("cut")

    reached: list[tuple[int, bytes]] = []
    with pytest.raises(ConnectionError, match="cut"):
        read([1], lambda _: nullcontext(broken()), reached)
    assert reached == []


def test_downloads_that_nobody_wants_any_more_end() -> None:
    before = threading.active_count()
    files = ahead(range(20), opening)
    next(files)
    began = [one for one in threading.enumerate() if one.daemon]
    files.close()  # type: ignore[attr-defined]
    for one in began:
        one.join(10)
    assert threading.active_count() <= before
