"""The buckets of the Storage tests, and what a refusal says."""

from __future__ import annotations

import pytest
from storage3.exceptions import StorageApiError

BUCKET = "papers"
PUBLIC = "posters"


def refused(error: pytest.ExceptionInfo[StorageApiError]) -> tuple[str, str]:
    """The status and the code of a refusal."""
    return str(error.value.status), error.value.code
