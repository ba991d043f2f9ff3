"""The option that every command about a project takes."""

from __future__ import annotations

from pathlib import Path

import click

in_project = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default="this folder",
    help="The folder with wakti.toml and supabase/.",
)
