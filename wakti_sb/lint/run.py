"""The use case: everything that lint looks at, in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from wakti_sb.errors import WaktiError
from wakti_sb.events import Listener, Step, ignore
from wakti_sb.generate.inventory import SqlSource, sql_sources
from wakti_sb.generate.render import Renderer
from wakti_sb.lint import edge_functions, migration_safety, rules, switches
from wakti_sb.lint.database import measured, observed
from wakti_sb.lint.finding import Finding, in_order
from wakti_sb.lint.groups import GROUPS, asked, in_groups
from wakti_sb.lint.replay import replay
from wakti_sb.lint.since import newer
from wakti_sb.lint.tools import DENO, SQLFLUFF, SQUAWK
from wakti_sb.migrate import Migration, read
from wakti_sb.migrate.connection import reason_of
from wakti_sb.spec import LintGroup, Spec

if TYPE_CHECKING:
    from wakti_sb.lint.style import Style

_Steps = list[tuple[str, Callable[[], Iterable[Finding]]]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what was found.

    Parameters:
        checked: how many sources, migrations, of them new ones, and functions.
        off: rules that did not count, with the reason.
        asked: the groups of rules that counted.
        not_looked_at: edge functions that Deno could not check, and why.
        left_to_a_database: rules that were asked for, and that only a database answers, where none
            was asked.
    """

    findings: tuple[Finding, ...]
    checked: dict[str, int]
    off: dict[str, str] = field(default_factory=dict)
    asked: tuple[LintGroup, ...] = GROUPS
    not_looked_at: dict[str, str] = field(default_factory=dict)
    left_to_a_database: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """A database to ask.

    Parameters:
        url: where it is.
        pg_dump: the program that reads its schema.
        made: whether it was made from the migrations a moment ago: then they are judged, at their
            lines, and it is asked only for what they cannot tell.
    """

    url: str = field(repr=False)
    pg_dump: str
    made: bool


def lint(
    project: Path,
    sources: Path,
    spec: Spec,
    *,
    since: str | None = None,
    cache: Path | None = None,
    ask: Iterable[str] = (),
    database: Database | None = None,
    listener: Listener = ignore,
) -> Report:
    """Judge the sources, migrations and edge functions of a project.

    Parameters:
        project: the folder with `supabase/`.
        sources: the folder with `sql/`. Only a project's own sources are judged, not the ones
            that the package brings.
        since: a version or git ref; safety and style are asked of newer migrations only. Without
            it `[lint] since` of the spec counts.
        cache: for Deno's packages and for what was said of the same text before; without it Deno
            uses its own place, and nothing is remembered.
        ask: groups of rules; without any `[lint] ask` of the spec counts, else whose project it is.
        database: also ask a database; one that was not made from these migrations is judged
            instead of them.

    Raise SpecError for a rule in `[lint.off]` that does not exist, MigrationError if a migration
    cannot be read, EnvironmentProblem if a tool is missing.
    """
    off, groups = spec.lint.off, asked(spec, ask)
    memory = cache / "lint" if cache is not None else None

    @once
    def style() -> Style:
        from wakti_sb.lint.style import Style  # brings sqlfluff, which takes a second to load

        return Style(project, Renderer(spec, sources).jinja, memory)

    switches.check(off, lambda: style().rules())
    own = sql_sources(sources, spec) if sources.resolve() == project.resolve() else ()
    elsewhere = database is not None and not database.made
    migrations = () if elsewhere else _migrations(project)
    new = newer(migrations, since if since is not None else spec.lint.since, project)
    folders = () if elsewhere else edge_functions.functions(project)
    unseen: dict[str, str] = {}

    steps: _Steps = []
    if not elsewhere:
        steps += [("policies, tables, functions", lambda: rules.judge(replay(migrations), spec))]
    if database is not None:
        steps += [("the database", _later(_ask, database, spec))]
    if {"safety", "style"} & groups and not switches.is_off(SQUAWK, off):
        steps += _safety(new)
    if "style" in groups and not switches.is_off(SQLFLUFF, off):
        steps += _written(project, style(), own, new)
    wanted = {"style", "functions"} & groups
    if wanted and not switches.is_off(DENO, off) and folders:
        packages = cache / "deno" if cache is not None else None
        deno = edge_functions.Deno(edge_functions.find_program(), project, packages)
        steps += (
            (f"function {each.name}", _later(_judge_function, deno, each, unseen))
            for each in folders
        )

    findings: list[Finding] = []
    for number, (text, step) in enumerate(steps):
        listener(Step(text, number, len(steps)))
        findings += step()
    return Report(
        in_order(switches.one_a_cause(switches.without_off(in_groups(findings, groups), off))),
        {
            "sources": len(own),
            "migrations": len(migrations),
            "new_migrations": len(new),
            "functions": len(folders),
        },
        dict(off),
        tuple(group for group in GROUPS if group in groups),
        unseen,
        () if elsewhere else _left_to_a_database(groups, off, made=database is not None),
    )


def _left_to_a_database(
    groups: frozenset[LintGroup], off: Mapping[str, str], *, made: bool
) -> tuple[str, ...]:
    """The rules that nothing was asked for; where one was made, those that ask for its use."""
    return tuple(
        name
        for name, rule in rules.RULES.items()
        if (rule.needs_use if made else rule.needs_database)
        and rule.group in groups
        and not switches.is_off(name, off)
    )


def _ask(database: Database, spec: Spec) -> Iterable[Finding]:
    try:
        with psycopg.connect(database.url, connect_timeout=10) as connection:
            if not database.made:
                yield from rules.judge(observed(database.url, connection, database.pg_dump), spec)
            yield from measured(connection, spec, used=not database.made)
    except psycopg.Error as error:
        raise WaktiError(
            f"the database does not answer: {reason_of(error)}",
            remedy="check --db-url, or bring the stack up with: wakti-sb up",
        ) from None


def _judge_function(
    deno: edge_functions.Deno, folder: Path, unseen: dict[str, str]
) -> Iterable[Finding]:
    """One function that cannot be checked is told of, and ends nothing."""
    try:
        yield from deno.judge(folder)
    except WaktiError as error:
        unseen[folder.name] = str(error)


def _migrations(project: Path) -> tuple[Migration, ...]:
    return tuple(_named(migration) for migration in read(project / "supabase/migrations"))


def _named(migration: Migration) -> Migration:
    """With a name that is the same wherever the project lies."""
    return replace(migration, file=f"supabase/migrations/{Path(migration.file).name}")


def _safety(migrations: tuple[Migration, ...]) -> _Steps:
    program = migration_safety.find_program()

    def judge_all() -> Iterable[Finding]:
        for migration in migrations:
            yield from migration_safety.judge(migration, program)

    return [("what new migrations do to a live database", judge_all)]


def _written(
    project: Path, style: Style, own: Sequence[SqlSource], new: Sequence[Migration]
) -> _Steps:
    from wakti_sb.lint.written import WrittenSql  # brings sqlfluff, too

    written = WrittenSql(project, style, own)
    return [
        *((source.path, _later(written.source, source.path)) for source in own),
        *((each.file, _later(written.migration, each)) for each in new),
    ]


def _later(
    judge: Callable[..., Iterable[Finding]], *subjects: object
) -> Callable[[], Iterable[Finding]]:
    return lambda: judge(*subjects)
