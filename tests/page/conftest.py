"""Who sends the requests of the product's own page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.page import people
from tests.page.people import Stage
from wakti_sb.stack import Endpoint


@pytest.fixture
def stage(endpoint: Endpoint) -> Iterator[Stage]:
    """Two owners with a project each, a visitor, and the secret key."""
    with ExitStack() as opened:
        yield people.make(endpoint, opened)
