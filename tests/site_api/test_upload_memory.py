"""The memory of the function while large files pass through it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.site_api.own_function import OwnFunction, serving
from tests.site_api.project import new_project
from wakti_sb.stack import Endpoint

MIB = 1 << 20
MOST = 200 * MIB  # of the 256 that the platform gives
LARGE = b"x" * (10 * MIB)

pytestmark = pytest.mark.slow


@pytest.fixture
def own(endpoint: Endpoint, tmp_path: Path) -> Iterator[OwnFunction]:
    """A process that nobody has used before; a caller names its address in a header."""
    with serving(
        tmp_path / "log",
        SUPABASE_URL=endpoint.api_url,
        SUPABASE_ANON_KEY=endpoint.publishable_key,
        SUPABASE_SERVICE_ROLE_KEY=endpoint.secret_key,
        SUPABASE_DB_URL=endpoint.database,
        WAKTI_CLIENT_IP_HEADER="x-client",
    ) as function:
        yield function


def upload(function: OwnFunction, project: str, number: int, headers: dict[str, str]) -> int:
    """Upload a large file, again where it is told to; the status that it ends with."""
    for _ in range(20):
        answer = httpx.post(
            function.url,
            data={"projectId": project},
            files={"file": (f"{number}.txt", LARGE, "text/plain")},
            headers={"X-Client": f"198.51.100.{number}"} | headers,
            timeout=60,
        )
        if answer.status_code != 503:
            break
        assert int(answer.headers["retry-after"]) > 0
    return answer.status_code


def most_memory(function: OwnFunction) -> int:
    """The most bytes that the process has ever held in memory."""
    status = Path(f"/proc/{function.process.pid}/status").read_text()
    [kib] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kib) * 1024


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}], ids=["plain", "with a key"])
def test_sixteen_large_files_at_once_all_pass_through_little_memory(
    endpoint: Endpoint, own: OwnFunction, headers: dict[str, str]
) -> None:
    projects = [new_project(endpoint.database) for _ in range(8)]
    with ThreadPoolExecutor(16) as pool:
        codes = pool.map(lambda n: upload(own, projects[n % 8], n, headers), range(16))
        assert list(codes) == [200] * 16
    assert most_memory(own) <= MOST, own.log.read_text()
