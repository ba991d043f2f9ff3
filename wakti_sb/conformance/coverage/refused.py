"""Who must be refused: what the model says about a caller and a row. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ...spec import Operation, Relation, allows
from ..model import OBJECTS, Identity
from ..scenario import Scenario, Values
from ..scenario.folders import Folder, folders, standing


class Refusals:
    """Answers for the rows of one table; for stored objects by the bucket and the folder."""

    def __init__(self, scenario: Scenario, table: Relation) -> None:
        self.scenario = scenario
        self.entry = scenario.spec.entry(table)
        self.storage = table == OBJECTS
        self._folders: list[Folder] = []
        if self.storage:
            for bucket in scenario.spec.bucket:
                if bucket.name in scenario.catalog.buckets:
                    self._folders.extend(folders(scenario, bucket))

    def refused(self, who: Identity, operations: Sequence[Operation], row: Values) -> bool:
        """Whether `who` may not do one of these to a row with these values."""
        return any(not self._may(who, operation, row) for operation in operations)

    def _may(self, who: Identity, operation: Operation, row: Values) -> bool:
        if self.storage:
            return self._may_file(who, operation, row)
        if self.entry is None:
            return False
        written = operation in ("insert", "update")
        allowed = self.scenario.may(who, operation, self.entry, row)
        return allowed and (not written or self.scenario.consistent(self.entry, row))

    def _may_file(self, who: Identity, operation: Operation, row: Values) -> bool:
        name = str(row.get("name") or "")
        for place in self._folders:
            inside = name.startswith("/".join((*place.parts, "")))
            if place.bucket.name == row.get("bucket_id") and inside and not place.mixed:
                known = standing(self.scenario, place, who, row.get("owner_id"))
                if allows(place.bucket.right(operation), known):
                    return True
        return False
