"""The use case: everything that lint looks at, in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from wakti_sb.events import Listener, Step, ignore
from wakti_sb.generate.inventory import sql_sources
from wakti_sb.generate.render import Renderer
from wakti_sb.lint import edge_functions, migration_safety, rules, switches
from wakti_sb.lint.finding import Finding, in_order
from wakti_sb.lint.replay import replay
from wakti_sb.lint.since import newer
from wakti_sb.lint.style import TOOL as STYLE
from wakti_sb.lint.style import Style
from wakti_sb.lint.written import WrittenSql
from wakti_sb.migrate import Migration, read
from wakti_sb.spec import Spec

_Steps = list[tuple[str, Callable[[], Iterable[Finding]]]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what was found.

    Parameters:
        checked: how many sources, migrations, of them new ones, and functions.
        off: rules that did not count, with the reason.
    """

    findings: tuple[Finding, ...]
    checked: dict[str, int]
    off: dict[str, str] = field(default_factory=dict)


def lint(
    project: Path,
    sources: Path,
    spec: Spec,
    *,
    since: str | None = None,
    cache: Path | None = None,
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

    Raise SpecError for a rule in `[lint.off]` that does not exist, MigrationError if a migration
    cannot be read, EnvironmentProblem if a tool is missing.
    """
    off = spec.lint.off
    memory = cache / "lint" if cache is not None else None
    style = Style(project, Renderer(spec, sources).jinja, memory)
    switches.check(off, style.rules())
    own = sql_sources(sources, spec) if sources.resolve() == project.resolve() else ()
    migrations = tuple(_named(migration) for migration in read(project / "supabase/migrations"))
    new = newer(migrations, since if since is not None else spec.lint.since, project)
    folders = edge_functions.functions(project)

    steps: _Steps = [("policies, tables, functions", lambda: rules.judge(replay(migrations), spec))]
    if not switches.is_off(migration_safety.TOOL, off):
        steps += _safety(new)
    if not switches.is_off(STYLE, off):
        written = WrittenSql(project, style, own)
        steps += ((source.path, _later(written.source, source.path)) for source in own)
        steps += ((each.file, _later(written.migration, each)) for each in new)
    if not switches.is_off(edge_functions.TOOL, off) and folders:
        packages = cache / "deno" if cache is not None else None
        deno = edge_functions.Deno(edge_functions.find_program(), project, packages)
        steps += ((f"function {each.name}", _later(deno.judge, each)) for each in folders)

    findings: list[Finding] = []
    for number, (text, step) in enumerate(steps):
        listener(Step(text, number, len(steps)))
        findings += step()
    return Report(
        in_order(switches.without_off(findings, off)),
        {
            "sources": len(own),
            "migrations": len(migrations),
            "new_migrations": len(new),
            "functions": len(folders),
        },
        dict(off),
    )


def _named(migration: Migration) -> Migration:
    """With a name that is the same wherever the project lies."""
    return replace(migration, file=f"supabase/migrations/{Path(migration.file).name}")


def _safety(migrations: tuple[Migration, ...]) -> _Steps:
    program = migration_safety.find_program()

    def judge_all() -> Iterable[Finding]:
        for migration in migrations:
            yield from migration_safety.judge(migration, program)

    return [("what new migrations do to a live database", judge_all)]


def _later(
    judge: Callable[..., Iterable[Finding]], subject: object
) -> Callable[[], Iterable[Finding]]:
    return lambda: judge(subject)
