"""Projects of their own for each test, on the stack of the session."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from tests.site_api.project import FUNCTION, OWNER_PASSWORD, Project
from wakti_sb.stack import EmbeddedStack, Endpoint

# Owners are put into the database with a weak hash: signing one up would hash it as slowly as in
# production, and most tests need no owner who is there.
MAKE = """
with owner as (
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
  values (
    gen_random_uuid(), 'authenticated', 'authenticated', %(email)s,
    extensions.crypt(%(password)s, extensions.gen_salt('bf', 4)), now()
  )
  returning id
),
project as (
  insert into public.projects (user_id, name) select id, 'Site' from owner returning id, user_id
),
backend as (
  insert into public.project_backends (project_id, user_id, enabled)
  select id, user_id, true from project
)
select id::text, user_id::text from project
"""


LINE = {"requestId", "action", "project", "status", "code", "ms"}


@pytest.fixture(scope="session")
def sound_log(stack: EmbeddedStack) -> Iterator[None]:
    """Looks through the log when every test is done: one entry a request, and no secret."""
    yield
    logs = stack.logs()
    # Before each line stands when it was said; some are the stack's own.
    said = [line.partition(" ")[2] for line in logs[FUNCTION].read_text("utf-8").splitlines()]
    entries = [json.loads(line) for line in said if not line.startswith("[wakti-sb]")]
    assert all(entry.keys() - {"cause"} == LINE for entry in entries if "event" not in entry)
    assert len(entries) == len({entry.get("requestId", object()) for entry in entries})
    keys = (stack.endpoint().secret_key, stack.endpoint().anon_key)
    for name in (FUNCTION, "api"):
        text = logs[name].read_text("utf-8")
        for secret in (
            OWNER_PASSWORD,
            "wrong-password",
            "user@example.com",
            "Bearer",
            "eyJ",
            *keys,
        ):
            assert secret not in text, name


@pytest.fixture
def make_project(
    endpoint: Endpoint,
    sound_log: None,  # noqa: ARG001 - it looks when all is done
) -> Iterator[Callable[[], Project]]:
    """Makes a project with an enabled backend and an owner of its own."""
    with httpx.Client(timeout=30) as http, psycopg.connect(endpoint.db_url) as connection:

        def make() -> Project:
            email = f"{uuid.uuid4().hex}@example.com"
            with connection.transaction():
                made = connection.execute(
                    MAKE, {"email": email, "password": OWNER_PASSWORD}
                ).fetchone()
            assert made
            return Project(endpoint, made[0], made[1], email, http)

        yield make


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    """A project with an enabled backend."""
    return make_project()


@pytest.fixture
def other_project(make_project: Callable[[], Project]) -> Project:
    """A project of somebody else."""
    return make_project()
