"""A project with something in every table and bucket, and everything there is, for comparison."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from uuid import uuid4

import httpx
import psycopg
from psycopg import sql

from wakti_sb.stack import Endpoint

_FILES = {
    "logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 80,
    "notes/a b (1).txt": b"hello\n",
}


@dataclass(frozen=True)
class Site:
    """A project's id, its owner's, and its visitor's address."""

    project: str
    owner: str
    visitor: str


def fill(endpoint: Endpoint, *, name: str) -> Site:
    """A site with rows in every table and files in its bucket."""
    project, owner, account = (str(uuid4()) for _ in range(3))
    visitor = f"Visitor.{name}@example.com"
    key = {"project": project, "owner": owner, "visitor": visitor, "account": account}
    superuser = endpoint.database.replace("postgres:postgres@", "supabase_admin:postgres@")
    with psycopg.connect(superuser) as connection:
        for statement, values in (
            (
                "insert into auth.users (id, aud, role, email, encrypted_password)"
                " values (%(owner)s, 'authenticated', 'authenticated', %(mail)s, 'a-hash')",
                {"mail": f"owner.{name}@example.com"},
            ),
            (
                "insert into public.projects (id, user_id, name) values"
                " (%(project)s, %(owner)s, 'Ünïcode \\ \"quoted\"')",
                {},
            ),
            (
                "insert into public.project_backends"
                " (project_id, user_id, enabled, allowed_origins)"
                " values (%(project)s, %(owner)s, true, '{https://site.example}')",
                {},
            ),
            (
                "insert into public.project_site_users (id, project_id, owner_id, email,"
                " password_hash) values (%(account)s, %(project)s, %(owner)s, %(visitor)s,"
                " 'pbkdf2_sha256$600000$c2FsdHNhbHRzYWx0c2FsdA==$' || repeat('A', 43) || '=')",
                {},
            ),
            (
                "insert into public.project_form_submissions (project_id, user_id, form_name, data)"
                " values (%(project)s, %(owner)s, 'contact', %(data)s)",
                {"data": json.dumps({"email": visitor.lower(), "text": "line\nline\ttab"})},
            ),
            (
                "insert into public.project_form_submissions (project_id, user_id, form_name, data)"
                " values (%(project)s, %(owner)s, 'contact', '{\"text\": \"=1+1\"}')",
                {},
            ),
            (
                "insert into public.project_collections"
                " (project_id, user_id, collection_name, data,"
                " created_by) values (%(project)s, %(owner)s, 'notes', '{\"n\": 1.50}',"
                " %(account)s)",
                {},
            ),
            (
                "insert into public.project_collections"
                " (project_id, user_id, collection_name, data)"
                " values (%(project)s, %(owner)s, 'notes', %(data)s)",
                {"data": json.dumps({"about": f"thanks to {visitor}"})},
            ),
            (
                "insert into wakti.answered (project_id, key, answer) values"
                " (%(project)s, sha256('a'), jsonb_build_object('email', %(visitor)s::text)::text)",
                {},
            ),
            (
                "insert into wakti.reset_codes (site_user_id, project_id, code_hash, expires_at)"
                " values (%(account)s, %(project)s, sha256('c'), now() + interval '1 day')",
                {},
            ),
            (
                "insert into wakti.full_projects (project_id, kind) values (%(project)s, 'items')",
                {},
            ),
            (
                "insert into wakti.abandoned_folders (folder, project_id)"
                " values (%(gone)s::text, %(gone)s::uuid)",
                {"gone": str(uuid4())},
            ),
            (
                "insert into wakti.site_sessions (token_hash, project_id, site_user_id, expires_at)"
                " values (sha256(%(token)s), %(project)s, %(account)s, now() + interval '1 day')",
                {"token": uuid4().bytes},
            ),
        ):
            connection.execute(statement, {**key, **values})
        known = connection.execute(
            "select 1 from public.project_collection_schemas where project_id = %s", [project]
        ).fetchone()
        if known is None:
            connection.execute(
                "insert into public.project_collection_schemas"
                " (project_id, user_id, collection_name, schema)"
                " values (%(project)s, %(owner)s, 'notes', '{}')",
                key,
            )
    for path, content in _FILES.items():
        kind = "image/png" if path.endswith("png") else "text/plain"
        store(endpoint, f"{project}/{path}", content, kind)
    with psycopg.connect(superuser) as connection:
        connection.execute(
            "insert into public.project_uploads (project_id, user_id, filename, storage_path,"
            " size_bytes, file_type, status)"
            " values (%s, %s, 'logo.png', %s, %s, 'image/png', 'stored')",
            [project, owner, f"{project}/logo.png", len(_FILES["logo.png"])],
        )
    return Site(project, owner, visitor)


def store(endpoint: Endpoint, path: str, content: bytes, kind: str) -> None:
    """Put a file into the bucket."""
    answer = httpx.post(
        f"{endpoint.api_url}/storage/v1/object/project-uploads/{path}",
        content=content,
        headers={
            "apikey": endpoint.secret_key,
            "authorization": f"Bearer {endpoint.secret_key}",
            "content-type": kind,
            "cache-control": "max-age=60",
        },
    )
    assert answer.is_success, answer.text


def everything(endpoint: Endpoint) -> dict[str, list[str]]:
    """Every row of the project's own tables as text, and the digest of every file."""
    superuser = endpoint.database.replace("postgres:postgres@", "supabase_admin:postgres@")
    held: dict[str, list[str]] = {}
    with psycopg.connect(superuser) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables"
            " where schemaname in ('public', 'wakti') and tablename <> 'rate_limits'"
            " union all values ('auth', 'users') order by 1, 2"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(
                sql.SQL("select t::text from {} as t").format(sql.Identifier(schema, table))
            )
            held[f"{schema}.{table}"] = sorted(row[0] for row in rows)
        objects = connection.execute(
            "select bucket_id, name, metadata ->> 'mimetype', metadata ->> 'size',"
            " metadata ->> 'cacheControl' from storage.objects order by 1, 2"
        ).fetchall()
    headers = {"apikey": endpoint.secret_key, "authorization": f"Bearer {endpoint.secret_key}"}
    held["files"] = []
    for bucket, name, *told in objects:
        url = f"{endpoint.api_url}/storage/v1/object/authenticated/{bucket}/{name}"
        content = httpx.get(url, headers=headers).raise_for_status().content
        held["files"].append(f"{bucket}/{name} {told} {hashlib.sha256(content).hexdigest()}")
    return held
