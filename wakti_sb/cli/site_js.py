"""`wakti-sb site-js`."""

from __future__ import annotations

import click

from wakti_sb import sources


@click.command(epilog="Example: wakti-sb site-js > site.js")
@click.option("--types", is_flag=True, help="Print its types, for who writes TypeScript.")
def command(types: bool) -> None:
    """Print site.js: forms, lists, accounts and uploads of a published site as functions.

    The site API serves the same text at ?action=site.js; docs/site-api.md has both ways.
    """
    name = "types.ts" if types else "site.js"
    click.echo((sources.root() / "site_js" / name).read_text("utf-8"), nl=False)
