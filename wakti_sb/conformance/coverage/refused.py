"""Who must be refused: what the model says about a caller and a row. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ...spec import CHANNEL_OPERATIONS, Bucket, Channel, Operation, Relation, View, allows
from ..cases import may_tell
from ..model import MESSAGES, OBJECTS, Identity
from ..scenario import Scenario, Values
from ..scenario.folders import Folder, folders, standing
from ..scenario.topics import EXTENSIONS, may_in, topic_of, topics
from .clauses import Source


class Refusals:
    """Answers for the rows of one table; for stored objects by the bucket and the folder."""

    def __init__(self, scenario: Scenario, table: Relation, source: Source | None = None) -> None:
        self.scenario = scenario
        self.entry = scenario.spec.entry(table)
        self.source = source
        self.storage = table == OBJECTS
        self.topics: list[tuple[Channel, Folder]] = []
        if table == MESSAGES:
            self.topics = [(c, each) for c in scenario.spec.channel for each in topics(scenario, c)]
        self._folders: list[tuple[Bucket, Folder]] = []
        if self.storage:
            for bucket in scenario.spec.bucket:
                if bucket.name in scenario.catalog.buckets:
                    self._folders.extend((bucket, each) for each in folders(scenario, bucket))

    def refused(self, who: Identity, operations: Sequence[Operation], row: Values) -> bool:
        """Whether `who` may not do one of these to a row with these values."""
        return any(not self._may(who, operation, row) for operation in operations)

    def _may(self, who: Identity, operation: Operation, row: Values) -> bool:
        if self.source is not None:
            return self._may_by(self.source, who, row)
        if self.storage:
            return self._may_file(who, operation, row)
        if self.topics:
            return self._may_topic(who, operation, row)
        if self.entry is None:
            return False
        written = operation in ("insert", "update")
        allowed = self.scenario.may(who, operation, self.entry, row)
        return allowed and (not written or self.scenario.consistent(self.entry, row))

    def _may_by(self, source: Source, who: Identity, row: Values) -> bool:
        """Whether a view or a function may show `who` the row."""
        if isinstance(source.entry, View):
            shown = {**row, **{name: row.get(column) for name, column in source.names}}
            return self.scenario.may(who, "select", source.entry, shown)
        if self.entry is None:
            return False
        return may_tell(self.scenario, source.entry, self.entry, who, row)

    def _may_topic(self, who: Identity, operation: Operation, row: Values) -> bool:
        if operation not in ("insert", "select"):
            return False
        wanted = ("write", "track") if operation == "insert" else ("read", "presence")
        return any(
            topic_of(place) == row.get("topic")
            and EXTENSIONS[each] == row.get("extension")
            and may_in(self.scenario, who, each, place, channel)
            for channel, place in self.topics
            for each in CHANNEL_OPERATIONS
            if each in wanted
        )

    def _may_file(self, who: Identity, operation: Operation, row: Values) -> bool:
        name = str(row.get("name") or "")
        for bucket, place in self._folders:
            inside = name.startswith("/".join((*place.parts, "")))
            if bucket.name == row.get("bucket_id") and inside and not place.mixed:
                known = standing(self.scenario, place, who, row.get("owner_id"))
                if allows(bucket.right(operation), known):
                    return True
        return False
