"""Projects of their own for each test, on the stack of the session."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from tests.site_api.project import OWNER_PASSWORD, Project
from wakti_sb.stack import Endpoint

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


@pytest.fixture
def make_project(endpoint: Endpoint) -> Iterator[Callable[[], Project]]:
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
