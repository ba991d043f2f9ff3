"""A page of a site that loads `site.js`, and what its functions answer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site_api.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Page

FORM = """
<form>
  <input name="name" value="سارة"><input name="_gotcha" value="">
  <input name="dish" value="soup"><input name="dish" value="tea">
  <input type="file" name="cv">
</form>
"""
SUBMIT = "wakti.submit(document.forms[0], 'order')"
FAILED = "catch (e) { return { ...e, message: e.message, isError: e instanceof Error } }"


def tag(project: Project) -> str:
    """The element that loads the script for a project."""
    source = f"{project.url}?action=site.js"
    return f'<script src="{source}" data-project="{project.id}"></script>'


def said(tab: Page, expression: str) -> Any:
    """What a function of the page resolves to, or the refusal that it rejects with."""
    return tab.evaluate(f"async () => {{ try {{ return await ({expression}) }} {FAILED} }}")


def submissions(project: Project) -> list[dict[str, Any]]:
    """What the project's forms have brought."""
    return project.rows("public.project_form_submissions")
