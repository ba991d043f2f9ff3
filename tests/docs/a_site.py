"""Makes a site with a visitor, sam@example.com, and prints its id: some pages need one.

Run as a program with the URL of a database that has the backend's migrations.
"""

from __future__ import annotations

import sys
from uuid import uuid4

import psycopg

_STATEMENTS = (
    "insert into auth.users (id, aud, role, email, encrypted_password) values"
    " (%(owner)s, 'authenticated', 'authenticated', 'ada@example.com', 'a-hash')",
    "insert into public.projects (id, user_id, name) values (%(site)s, %(owner)s, 'Pottery')",
    "insert into public.project_backends (project_id, user_id, enabled)"
    " values (%(site)s, %(owner)s, true)",
    "insert into public.project_site_users (project_id, owner_id, email, password_hash) values"
    " (%(site)s, %(owner)s, 'sam@example.com',"
    " 'pbkdf2_sha256$600000$c2FsdHNhbHRzYWx0c2FsdA==$' || repeat('A', 43) || '=')",
)


def make(url: str) -> str:
    """Make it; return its id."""
    values = {"site": str(uuid4()), "owner": str(uuid4())}
    with psycopg.connect(url.replace("postgres:postgres@", "supabase_admin:postgres@")) as to:
        for statement in _STATEMENTS:
            to.execute(statement, values)
    return values["site"]


if __name__ == "__main__":
    sys.stdout.write(make(sys.argv[1]))
