"""The packaged suite, started as a user starts it, against the stack of the session."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import psycopg
import pytest

from tests.command_line import wakti
from wakti_sb.stack import Endpoint

Suite = Callable[..., subprocess.CompletedProcess[str]]

_HELD = """
select jsonb_build_object(
  'users', (select count(*) from auth.users),
  'projects', (select count(*) from public.projects),
  'backends', (select count(*) from public.project_backends),
  'uploads', (select count(*) from public.project_uploads),
  'submissions', (select count(*) from public.project_form_submissions),
  'items', (select count(*) from public.project_collections),
  'site users', (select count(*) from public.project_site_users),
  'sessions', (select count(*) from wakti.site_sessions),
  'objects', (select count(*) from storage.objects)
)
"""


@dataclass(frozen=True)
class Run:
    """One whole run by URL and keys, with its reports.

    Parameters:
        done: how the command ended.
        folder: holds the report files.
        before, after: how much the database held.
    """

    done: subprocess.CompletedProcess[str]
    folder: Path
    before: dict[str, int]
    after: dict[str, int]

    @cached_property
    def said(self) -> dict[str, Any]:
        """What `--json` printed."""
        told: dict[str, Any] = json.loads(self.done.stdout)
        return told

    @cached_property
    def junit(self) -> Xml.Element:
        """The JUnit report."""
        return Xml.fromstring(self.text("junit.xml"))

    def text(self, name: str) -> str:
        """A report file."""
        return (self.folder / name).read_text("utf-8")


@pytest.fixture(scope="module")
def suite(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Starts `wakti-sb test` by URL and keys, in a folder with nothing in it."""
    folder = tmp_path_factory.mktemp("empty")

    def start(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        env = {
            "WAKTI_URL": endpoint.api_url,
            "WAKTI_PUBLISHABLE_KEY": endpoint.publishable_key,
            "WAKTI_SECRET_KEY": endpoint.secret_key,
        }
        return wakti("test", *arguments, cwd=folder, env=env | changed)

    return start


@pytest.fixture(scope="module")
def whole(endpoint: Endpoint, suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything, once."""
    folder = tmp_path_factory.mktemp("reports")
    files = ("--junit", "junit.xml"), ("--html", "page.html"), ("--markdown", "report.md")
    reports = [part for flag, name in files for part in (flag, str(folder / name))]
    before = held(endpoint)
    done = suite("--json", *reports)
    return Run(done, folder, before, held(endpoint))


def held(endpoint: Endpoint) -> dict[str, int]:
    """How much the database holds."""
    with psycopg.connect(endpoint.database) as connection:
        row = connection.execute(_HELD).fetchone()
    assert row is not None
    found: dict[str, int] = row[0]
    return found
