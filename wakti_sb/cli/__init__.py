"""The command line: each module parses flags, calls one use case and prints.

A command `a-name` is the function `command` in the module `a_name` of this package, imported when
it is called, so that `--help` and `status` stay quick.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from wakti_sb import __version__
from wakti_sb.cli._group import Group
from wakti_sb.cli._output import fail, note
from wakti_sb.cli._surroundings import of_the_machine, speak_utf8, stand_somewhere
from wakti_sb.errors import WaktiError
from wakti_sb.proxies import spare_loopback

_COMMANDS = {
    "demo": "a guided tour: a stack, a site's requests, who sees what",
    "init": "start a project in this folder",
    "generate": "write supabase/ from wakti.toml and the sources",
    "lint": "who gets at what, safety and style of the SQL; the functions' TypeScript",
    "up": "start the local stack",
    "down": "stop the local stack",
    "status": "addresses and keys of the local stack",
    "reset": "a clean, migrated database",
    "logs": "what the local stack's processes printed",
    "mail": "what the local stack would have sent by mail",
    "adopt": "make a live project of the first release ready for migrate",
    "migrate": "apply pending migrations",
    "link": "remember which hosted project this folder belongs to",
    "deploy": "bring everything to where it runs; a plan first, --dry-run",
    "backup": "save what a project holds in one file",
    "restore": "put a backup into an empty project",
    "export": "a site's data for a person: JSON, CSV, files",
    "erase": "erase a site's project or a visitor; what stays, and why",
    "storage": "reconcile: objects and rows that have parted",
    "bench": "the measurements of this repository",
    "dashboard": "the owner's page, for this stack or any project",
    "site-js": "the script by which a site calls its backend",
    "test": "every action and every ownership rule, on this or any project",
    "rls": "prove row level security, case by case, for any Supabase project",
    "docs": "the pages of the documentation",
    "doctor": "what is missing on this machine",
    "cache": "what all projects on this machine share",
}


class _Commands(Group):
    """Finds a command's module by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in _COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command = importlib.import_module(f"{__name__}.{module}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: wakti-sb demo",
)
@click.version_option(__version__, prog_name="wakti-sb")
def root() -> None:
    """A Supabase backend for published sites, and proof of who can reach what in it."""


def main() -> None:
    """Run a command; every error becomes one clear sentence and an exit code."""
    speak_utf8()
    for sentence in spare_loopback():
        note(sentence)
    try:
        stand_somewhere()
        sys.exit(root.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        fail("stopped.")
        sys.exit(130)
    except WaktiError as error:
        fail(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        told = of_the_machine(error) if isinstance(error, OSError) else None
        if told is not None:
            fail(str(told))
            sys.exit(told.exit_code)
        if "WAKTI_DEBUG" in os.environ:
            raise
        fail(f"a mistake of ours: {type(error).__name__}: {error}")
        fail("set WAKTI_DEBUG=1 to see where, and please report it.")
        sys.exit(2)
