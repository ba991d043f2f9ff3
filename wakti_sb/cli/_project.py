"""The option that every command about a project takes."""

from __future__ import annotations

import os
from pathlib import Path

import click

# What tells the folder of a project.
_SIGNS = ("wakti.toml", "supabase/config.toml", "supabase/migrations", "supabase/functions")


def _above(_context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    """The folder that was named, else the nearest project upwards, else this folder."""
    if given is not None:
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / sign).exists() for sign in _SIGNS):
            return Path(os.path.relpath(folder, here))
    return Path()


in_project = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    callback=_above,
    help="The folder with wakti.toml and supabase/.  [default: this folder or one above it]",
)

# For what makes a project: it belongs where the person is.
in_folder = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default="this folder",
    help="The folder that wakti.toml and supabase/ go into.",
)
