"""Who asks, in the tests of ownership."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.ownership import people
from tests.ownership.people import World
from wakti_sb.stack import Endpoint


@pytest.fixture(scope="module")
def seen(endpoint: Endpoint) -> Iterator[World]:
    """Two owners and a visitor, whose rows a test only looks at, or fails to change."""
    with ExitStack() as opened:
        yield people.make(endpoint, opened)


@pytest.fixture
def world(seen: World) -> Iterator[World]:
    """The same people where a test changes their rows, which are put back afterwards."""
    yield seen
    people.restore(seen)
