"""The pages of the documentation, on the screen."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from wakti_sb import sources
from wakti_sb.errors import UsageError

_EXAMPLE = "Example: wakti-sb docs rls"


@click.command(epilog=_EXAMPLE)
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of wakti.toml, for editors.")
def command(name: str | None, schema: bool) -> None:
    """Print a page of the documentation; without NAME, list the pages."""
    if schema:
        click.echo((sources.root() / "docs" / "wakti.schema.json").read_text("utf-8"), nl=False)
        return
    pages = {page.stem: page for page in sorted((sources.root() / "docs").glob("*.md"))}
    pages.pop("README", None)
    if name is None:
        width = max(map(len, pages))
        for known, page in pages.items():
            click.echo(f"{known:{width}}  {_title(page)}")
        return
    wanted = name.removesuffix(".md").rpartition("/")[2]
    if wanted not in pages:
        close = difflib.get_close_matches(wanted, pages, n=1)
        raise UsageError(
            f"there is no page {wanted!r}.",
            remedy=f"Did you mean {close[0]!r}?" if close else "`wakti-sb docs` lists them.",
        )
    click.echo(pages[wanted].read_text("utf-8"), nl=False)


def _title(page: Path) -> str:
    return page.read_text("utf-8").partition("\n")[0].lstrip("# ")
