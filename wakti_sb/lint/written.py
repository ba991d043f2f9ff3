"""Which SQL a person can still rewrite, and how its style is judged.

A source is judged where it is written, and the newest migration made from it as far as Jinja put
something in. An older one is history. A migration from sources that belong to the package is not
the project's to rewrite. Everything else in the folder a person wrote: it is judged as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from wakti_sb.generate import lock
from wakti_sb.generate.inventory import SqlSource
from wakti_sb.generate.lock import Generated, digest
from wakti_sb.generate.render import SUFFIX
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.style import Style, new_in_output
from wakti_sb.migrate import Migration


class WrittenSql:
    """The SQL of one project.

    Parameters:
        sources: the project's own; none if it uses those of the package.
    """

    def __init__(self, project: Path, style: Style, sources: Iterable[SqlSource]) -> None:
        self._style = style
        self._texts = {source.path: _text(project / source.path) for source in sources}
        self._lock = lock.read(project / "supabase")
        self._found: dict[str, tuple[Finding, ...]] = {}

    def source(self, path: str) -> tuple[Finding, ...]:
        """The style of one source."""
        if path not in self._found:
            judge = self._style.template if path.endswith(SUFFIX) else self._style.plain
            self._found[path] = tuple(judge(path, self._texts[path]))
        return self._found[path]

    def migration(self, migration: Migration) -> Iterator[Finding]:
        """The style of a migration, less what is found in its source."""
        text = migration.text
        generated = self._generated(migration)
        if generated is None:
            yield from self._style.plain(migration.file, text)
        elif self._is_current_template(generated):
            path = generated.source
            found = self._style.rendered(migration.file, text)
            yield from new_in_output(found, text, self.source(path), self._texts[path])

    def _generated(self, migration: Migration) -> Generated | None:
        """What the lock says of a file, unless it was edited since."""
        name = Path(migration.file).name
        entry = next((entry for entry in self._lock.migrations if entry.file == name), None)
        return entry if entry is not None and entry.text == digest(migration.text) else None

    def _is_current_template(self, generated: Generated) -> bool:
        path = generated.source
        newest = self._lock.newest(path) == generated
        return newest and path in self._texts and path.endswith(SUFFIX)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
