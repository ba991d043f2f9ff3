"""What all functions of a stack share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wakti_sb.stack import config as configuration
from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.edge.client import env_file, named_in
from wakti_sb.stack.embedded.edge.project import Function, folder_of
from wakti_sb.stack.embedded.keys import Keys
from wakti_sb.stack.embedded.ports import Ports


@dataclass(frozen=True)
class Surroundings:
    """What all functions of a stack share.

    Parameters:
        project: the folder with `supabase/`.
        state: for lock files of ours and what `status` reads.
        logs: for their logs.
        deno: the program with its package cache.
        ports: where API and database answer.
        keys: the stack's secrets.
        mark: in the environment of every process of this stack.
    """

    project: Path
    state: Path
    logs: Path
    deno: Deno
    ports: Ports
    keys: Keys
    mark: Mapping[str, str]

    @property
    def variables(self) -> Path:
        """The file of variables that functions get."""
        return env_file(self.state) or folder_of(self.project) / ".env"

    def named(self, file: Path) -> str:
        """A file as the person knows it."""
        try:
            return str(file.relative_to(self.project))
        except ValueError:
            return str(file)

    def log(self, name: str) -> Path:
        """The log of a function."""
        return self.logs / f"{name}.log"

    def watched(self, function: Function) -> list[Path]:
        """What decides how a function runs, beside the modules that it imports."""
        shared = folder_of(self.project)
        folders = dict.fromkeys([function.entry.parent, function.folder, shared])
        names = ("deno.json", "deno.jsonc", "import_map.json", "package.json", "deno.lock")
        found = [self.project / configuration.FILE, self.variables, function.entry]
        found.append(named_in(self.state))
        found += [folder / name for folder in folders for name in names]
        if function.import_map is not None:
            found.append(function.import_map)
        return list(dict.fromkeys(found))
