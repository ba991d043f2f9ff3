"""What was said beside what is stored: each kind of difference with its count, all to be zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.ledger import Answer, Ledger
from tests.faults.world import World

MOST_MEMORY = 200 << 20  # bytes of a process of the function
QUOTA = 50 << 20  # bytes of a project
LONGEST = 10.0  # seconds that a caller of the site API may wait


DONE = "refusal left something"


@dataclass(frozen=True)
class Differences:
    """What came of a fault.

    Parameters:
        asked: how many requests there were.
        succeeded, refused, unknown, unanswered: how they ended; unknown is an answer that says so.
        counts: differences by kind; empty if there are none.
    """

    asked: int
    succeeded: int
    refused: int
    unknown: int
    unanswered: int
    counts: Counter[str]

    @property
    def none(self) -> bool:
        """Whether everything is as it was said."""
        return not +self.counts


def compare(world: World, ledger: Ledger, *, may_be_unanswered: bool) -> Differences:
    """Compare every answer of the ledger with the database and the files.

    Parameters:
        may_be_unanswered: whether the fault ended the gateway itself, so that connections may have
            ended without an answer.
    """
    counts: Counter[str] = Counter()
    ledger.forget_projects_but(_texts(world, "select id::text from public.projects"))
    for kind in (
        *_rows(world, ledger),
        *_items(world, ledger),
        *_uploads(world, ledger),
        *_answers(ledger, may_be_unanswered),
    ):
        counts[kind] += 1
    if world.memory() > MOST_MEMORY:
        counts["memory over 200 MiB"] += 1
    answers = ledger.answers()
    return Differences(
        asked=len(answers),
        succeeded=sum(one.succeeded for one in answers),
        refused=sum(one.refused for one in answers),
        unknown=sum(one.unknown for one in answers),
        unanswered=sum(one.status is None for one in answers),
        counts=counts,
    )


def _rows(world: World, ledger: Ledger) -> Iterator[str]:
    """Submissions, new items and accounts."""
    stored = {
        "submit": _texts(world, "select data ->> 'marker' from public.project_form_submissions"),
        "create": _texts(world, "select id::text from public.project_collections"),
        "signup": _texts(world, "select split_part(email, '@', 1) from public.project_site_users"),
    }
    first = _texts(world, "select data ->> 'marker' from public.project_collections")
    for one in ledger.answers("submit", "signup"):
        yield from _differs(one, one.marker in stored[one.action])
    for one in ledger.answers("create"):
        if one.succeeded and one.made not in stored["create"]:
            yield "create: success is lost"
        if one.refused and one.marker in first:
            yield f"create: {DONE}"
    for one in ledger.answers("insert"):
        yield from _differs(one, one.marker in first)
    doubled = world.rows(
        "select data ->> 'marker' from public.project_form_submissions"
        " group by project_id, data ->> 'marker' having count(*) > 1"
    )
    yield from ("stored twice" for _ in doubled)


def _items(world: World, ledger: Ledger) -> Iterator[str]:
    """Changes: what is stored is the last success or something later that nobody was told of."""
    stored = {
        row[0]: (row[1], row[2])
        for row in world.rows(
            "select id::text, data ->> 'marker', status from public.project_collections"
        )
    }
    for item, changes in ledger.changes():
        if item not in stored:
            if any(one.succeeded for one in changes):
                yield "item: success is lost"
            continue
        marker, status = stored[item]
        updates = [one for one in changes if one.action == "update"]
        successes = [index for index, one in enumerate(updates) if one.succeeded]
        last = successes[-1] if successes else -1
        allowed = [one.marker for one in updates[max(last, 0) :] if not one.refused]
        if any(one.refused and one.marker == marker for one in updates):
            yield f"update: {DONE}"
        elif last >= 0 and marker not in allowed:
            yield "update: success is lost"
        for one in changes:
            if one.action == "delete":
                yield from _differs(one, status == "deleted")


def _uploads(world: World, ledger: Ledger) -> Iterator[str]:
    """Rows and files, each for the other, and nothing half there."""
    rows = {
        row[0]: row[1:]
        for row in world.rows(
            "select storage_path, filename, status, size_bytes, project_id::text"
            " from public.project_uploads"
        )
    }
    objects = _texts(world, "select name from storage.objects where bucket_id = 'project-uploads'")
    named = {values[0] for values in rows.values()}
    for one in ledger.answers("upload"):
        yield from _differs(one, f"{one.marker}.txt" in named)
    for path, (_, status, _, _) in rows.items():
        if status != "stored":
            yield "reservation is left"
        elif path not in objects:
            yield "row without an object"
    yield from ("object without a row" for name in objects - rows.keys())
    yield from ("part of a file is left" for _ in world.storage.rglob("*.part"))
    used: Counter[str] = Counter()
    for _, _, size, project in rows.values():
        used[project] += size
    yield from ("quota is passed" for size in used.values() if size > QUOTA)


def _answers(ledger: Ledger, may_be_unanswered: bool) -> Iterator[str]:
    for one in ledger.answers():
        if one.action in ("page", "insert"):
            # The Data API waits for the database, and says 500 of a statement that took too long,
            # as the platform's does.
            continue
        if one.seconds > LONGEST:
            yield f"{one.action}: caller waited over {LONGEST:g} s"
        if one.action == "suspended" and one.succeeded:
            yield "a suspended account got in"
        if one.status is None and not may_be_unanswered:
            yield "no answer"
        if one.status is not None and one.status >= 500:
            if one.status not in (503, 504):
                yield f"{one.action}: answer {one.status}"
            elif not one.retry_after:
                yield f"{one.status} without Retry-After"


def _differs(one: Answer, there: bool) -> Iterator[str]:
    if one.succeeded and not there:
        yield f"{one.action}: success is lost"
    if one.refused and there:
        yield f"{one.action}: {DONE}"


def _texts(world: World, query: str) -> set[str]:
    return {row[0] for row in world.rows(query)}
