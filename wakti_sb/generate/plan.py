"""Compare what the sources say with what lies in `supabase/`, and plan the difference."""

from __future__ import annotations

import datetime
import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import GenerateError
from ..spec import Spec
from . import config, lock
from .headers import headed
from .inventory import SqlSource, function_files, function_names, sql_sources
from .lock import Generated, Lock, digest, with_header
from .render import Renderer

FOLDER = "supabase"
README = "README.md"
_VERSION = re.compile(r"[0-9]+(?=_|\.)")
_FORM = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Change:
    """One file that is to be written (`after`) or removed (None), with its text as it is now.

    `path` is relative to the project. `basis` is what a diff compares with where that says more
    than an empty file: the migration that this one follows.
    """

    path: str
    before: str | None
    after: str | None
    basis: tuple[str, str] | None = None

    def diff(self) -> str:
        """The change as a unified diff."""
        old_path, old = self.basis or (self.path if self.before is not None else "/dev/null", "")
        if self.basis is None:
            old = self.before or ""
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            (self.after or "").splitlines(keepends=True),
            old_path,
            self.path if self.after is not None else "/dev/null",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Plan:
    """Everything that `generate` would write, in the order in which it writes."""

    root: Path
    changes: tuple[Change, ...]

    @property
    def stale(self) -> bool:
        """Whether anything under `supabase/` is not what the sources say."""
        return bool(self.changes)

    def diff(self) -> str:
        """All changes as one unified diff; the lock only where nothing else changed."""
        shown = [c for c in self.changes if not c.path.endswith(lock.NAME)] or self.changes
        return "".join(change.diff() for change in shown)


def plan(
    spec: Spec, sources_root: Path, project_root: Path, *, now: datetime.datetime | None = None
) -> Plan:
    """What has to change below `project_root` so that `supabase/` says what the sources say.

    Reads, and writes nothing. `now` dates new migrations (default: SOURCE_DATE_EPOCH, else the
    clock). Raise GenerateError if a generated file was edited by hand, if a migration that may
    have been applied would have to change, or if a source cannot be rendered.
    """
    return _Planner(spec, sources_root, project_root, now or _now()).plan()


def next_version(project_root: Path, now: datetime.datetime | None = None) -> str:
    """The version of a migration that follows everything in the project.

    Raise GenerateError if what is there has a version that nothing can follow.
    """
    folder = project_root / FOLDER / "migrations"
    newest = max((_version(path.name) for path in folder.glob("*.sql")), default="")
    return _following(newest, now or _now())


class _Planner:
    """One comparison; keeps what more than one step needs."""

    def __init__(
        self, spec: Spec, sources_root: Path, project_root: Path, now: datetime.datetime
    ) -> None:
        self.spec = spec
        self.sources = sources_root
        self.project = project_root
        self.folder = project_root / FOLDER
        self.now = now
        self.lock = lock.read(self.folder)
        self.renderer = Renderer(spec, sources_root)
        self.on_disk = {path.name for path in (self.folder / "migrations").glob("*.sql")}

    def plan(self) -> Plan:
        self._refuse_edited_migrations()
        migrations, new = self._migrations()
        files, digests = self._files()
        changes = (*migrations, *files)
        after = Lock((*self.lock.migrations, *new), digests).dump()
        before = self._read(lock.NAME)
        if after != before and (changes or self.lock.migrations or digests):
            changes = (*changes, Change(f"{FOLDER}/{lock.NAME}", before, after))
        return Plan(self.project, changes)

    # ── migrations ──────────────────────────────────────────────────────────────────────────────

    def _migrations(self) -> tuple[list[Change], list[Generated]]:
        changes: list[Change] = []
        new: list[Generated] = []
        newest = max((_version(name) for name in self.on_disk), default="")
        for source in self._sql_sources():
            body = self.renderer.render(source.path)
            last = self.lock.newest(source.path)
            if last is not None and last.body == digest(body):
                if last.file not in self.on_disk:
                    text = self._as_it_was(last, body)
                    changes.append(self._change(f"migrations/{last.file}", text))
                continue
            if last is not None and source.version is not None:
                raise GenerateError(
                    f"has changed since it became {FOLDER}/migrations/{last.file}, which may have "
                    "been applied already",
                    place=source.path,
                    remedy="put the old text back and write a new migration beside it",
                )
            newest = self._next_version(source, newest)
            file = f"{newest}_{source.name}.sql"
            text = with_header(source.path, body, last.file if last is not None else None)
            changes.append(self._change(f"migrations/{file}", text, last))
            new.append(Generated(file, source.path, digest(body), digest(text)))
        return changes, new

    def _as_it_was(self, lost: Generated, body: str) -> str:
        """The text of a migration that is gone, with the header that it had."""
        older = self.lock.before(lost)
        text = with_header(lost.source, body, older.file if older is not None else None)
        return text if digest(text) == lost.text else with_header(lost.source, body)

    def _sql_sources(self) -> tuple[SqlSource, ...]:
        used = frozenset(migration.source for migration in self.lock.migrations)
        return sql_sources(self.sources, self.spec, used)

    def _next_version(self, source: SqlSource, newest: str) -> str:
        """A version behind everything that is there.

        A versioned source keeps its own number while that is the highest. In a project that has
        later migrations already it gets a new one: the history is only ever continued.
        """
        if source.version is not None and source.version > newest:
            return source.version
        return _following(newest, self.now)

    def _refuse_edited_migrations(self) -> None:
        for generated in self.lock.migrations:
            path = f"migrations/{generated.file}"
            text = self._read(path)
            if text is None:
                self._refuse_lost(generated)
            elif digest(text) != generated.text:
                raise GenerateError(
                    "was edited by hand, but it may have been applied as it was generated",
                    place=f"{FOLDER}/{path}",
                    remedy=f"undo the edit (git checkout -- {FOLDER}/{path}) and put the change "
                    "into wakti.toml or into a migration of your own",
                )

    def _refuse_lost(self, generated: Generated) -> None:
        """A lost migration can be written again only if its source still says the same."""
        current = {source.path for source in self._sql_sources()}
        newest = self.lock.newest(generated.source) == generated
        if (
            generated.source in current
            and newest
            and digest(self.renderer.render(generated.source)) == generated.body
        ):
            return
        raise GenerateError(
            "was generated and is gone",
            place=f"{FOLDER}/migrations/{generated.file}",
            remedy=f"restore it (git checkout -- {FOLDER}/migrations/{generated.file})",
        )

    # ── functions and configuration ─────────────────────────────────────────────────────────────

    def _files(self) -> tuple[list[Change], dict[str, str]]:
        wanted = dict(self._wanted_files())
        digests: dict[str, str] = {}
        changes: list[Change] = []
        for target, text in wanted.items():
            before = self._read(target)
            recorded = self.lock.files.get(target)
            if before is not None and recorded is None and before != text:
                if target == config.PATH:  # the project's own: only laid into
                    text = config.merged(before, text, f"{FOLDER}/{target}")
                    changes += [self._change(target, text)] if text != before else []
                    continue
                if target == README:  # the project's own: left as it is
                    continue
                raise GenerateError(
                    "is there already and was not generated",
                    place=f"{FOLDER}/{target}",
                    remedy="move it away, or give the function another name",
                )
            self._refuse_edited(target, before, text)
            digests[target] = digest(text)
            if before is None or digest(before) != digest(text):
                changes.append(self._change(target, text))
        for target in sorted(set(self.lock.files) - set(wanted)):
            before = self._read(target)
            if before is not None:
                self._refuse_edited(target, before, None)
                changes.append(Change(f"{FOLDER}/{target}", before, None))
        return changes, digests

    def _wanted_files(self) -> Iterator[tuple[str, str]]:
        functions = function_names(self.sources, self.spec)
        yield config.PATH, self.renderer.render_config(functions)
        yield README, self.renderer.render_readme(functions)
        for file in function_files(self.sources, self.spec):
            text = self.renderer.render(file.path)
            yield file.target, headed(file.target, file.path, text)

    def _refuse_edited(self, target: str, before: str | None, after: str | None) -> None:
        recorded = self.lock.files.get(target)
        if before is None or recorded is None or digest(before) == recorded:
            return
        if after is not None and digest(before) == digest(after):
            return  # written by a run that could not finish
        source = "a [config] table of wakti.toml" if target == config.PATH else "its source"
        raise GenerateError(
            "was edited by hand",
            place=f"{FOLDER}/{target}",
            remedy=f"put the change into {source} and undo the edit "
            f"(git checkout -- {FOLDER}/{target})",
        )

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    def _change(self, target: str, text: str, follows: Generated | None = None) -> Change:
        basis = None
        if follows is not None:
            old = self._read(f"migrations/{follows.file}")
            basis = (f"{FOLDER}/migrations/{follows.file}", old or "")
        return Change(f"{FOLDER}/{target}", self._read(target), text, basis)

    def _read(self, target: str) -> str | None:
        path = self.folder / target
        try:
            return path.read_bytes().decode("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise GenerateError(f"cannot be read: {error}", place=f"{FOLDER}/{target}") from None


def _version(filename: str) -> str:
    match = _VERSION.match(filename)
    return match[0] if match else ""


def _following(newest: str, now: datetime.datetime) -> str:
    """The version of now, or the one after the newest where that lies in the future."""
    version = max(now.strftime(_FORM), _after(newest) if newest else "")
    if version <= newest or len(version) != 14:
        raise GenerateError(
            "has a version behind every date, so that no migration can follow it",
            place=f"{FOLDER}/migrations/{newest}_…",
            remedy="give it a version of the form YYYYMMDDHHMMSS",
        )
    return version


def _after(newest: str) -> str:
    """A second later; the next number where a person's version is no time."""
    try:
        moment = datetime.datetime.strptime(newest, _FORM)
        return (moment + datetime.timedelta(seconds=1)).strftime(_FORM)
    except (ValueError, OverflowError):
        return str(int(newest) + 1).zfill(14)


def _now() -> datetime.datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        raise GenerateError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds since 1970"
        ) from None
