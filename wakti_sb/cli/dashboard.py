"""`wakti-sb dashboard`."""

from __future__ import annotations

import base64
import binascii
import webbrowser
from pathlib import Path

import click

from wakti_sb import dashboard
from wakti_sb.cli._output import note
from wakti_sb.cli._project import in_project
from wakti_sb.cli._stack import page_of
from wakti_sb.dashboard import Site
from wakti_sb.errors import UsageError
from wakti_sb.stack import EmbeddedStack
from wakti_sb.stack.machine import cache, find_deno


@click.command(
    epilog="Example: wakti-sb dashboard --url https://abcdefgh.supabase.co --key sb_publishable_…"
)
@in_project
@click.option("--url", help="Of a project that runs elsewhere; without it, the local stack.")
@click.option("--key", help="The publishable key of that project, never the secret one.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one.")
@click.option("--open/--no-open", "browse", default=True, help="Open it in a browser.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the page's files into this folder, for any web server, and serve nothing.",
)
def command(
    project: Path, url: str | None, key: str | None, port: int, browse: bool, output: Path | None
) -> None:
    """Serve the owner's page: uploads, inbox, data and users of published sites."""
    site = _site(project, url, key)
    built = dashboard.build(find_deno(cache()), cache())
    if output is not None:
        click.echo(dashboard.publish(built, output, site))
        return
    server = dashboard.Server(built, site, port)
    click.echo(server.url)
    note(f"The owner's page for {site.api_url}. Stop it with Ctrl-C.")
    if browse:
        webbrowser.open(server.url)
    server.run()


def _site(project: Path, url: str | None, key: str | None) -> Site:
    if (url is None) != (key is None):
        raise UsageError("--url and --key go together.")
    if url is None or key is None:
        endpoint = EmbeddedStack(project).endpoint()
        return page_of(project, endpoint.api_url, endpoint.publishable_key)
    if _is_secret(key):
        raise UsageError(
            "this is the secret key: in a page everybody could read it.",
            remedy="Take the publishable key of the project.",
        )
    return page_of(project, url.rstrip("/"), key)


def _is_secret(key: str) -> bool:
    """A key that bypasses row level security: a new one by its name, a legacy one by its role."""
    if key.startswith("sb_secret_"):
        return True
    payload = key.split(".")[1] if key.count(".") == 2 else ""
    try:
        claims = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (binascii.Error, ValueError):
        return False
    return b"service_role" in claims
