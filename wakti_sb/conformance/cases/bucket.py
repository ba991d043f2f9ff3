"""One bucket, the folders that are tried in it, and how a case about a file is made."""

from __future__ import annotations

from ...spec import Bucket, allows
from ...spec import Operation as SpecOperation
from ..model import SERVICE, Attempt, Case, Expectation, Family, Identity, Subject
from ..scenario import Scenario
from ..scenario.folders import (
    Folder,
    file_name,
    folders,
    ids_in_names,
    names_with,
    standing,
)
from .file_requests import FileRequest, Place

ONLY_SQL = ("sql",)
ONLY_CLIENT = ("client",)


class BucketCases:
    """One bucket and the folders that are tried in it."""

    def __init__(self, scenario: Scenario, bucket: Bucket) -> None:
        self.scenario = scenario
        self.bucket = bucket
        self.folders = list(folders(scenario, bucket))
        self.here = [place for place in self.folders if place.world == "this" or place.mixed]
        self.people = [who for who in scenario.identities if who is not SERVICE]

    def may(
        self, who: Identity, operation: SpecOperation, place: Folder, owner: str | None
    ) -> bool:
        """What the model says about a file in this folder."""
        right = self.bucket.right(operation)
        return allows(right, standing(self.scenario, place, who, owner))

    def named_after(self, who: Identity) -> tuple[str, str]:
        """Names that hold the id of `who` where no folder of its own is meant."""
        below, named = names_with(self.scenario, who.user_id, "named")
        if ids_in_names(self.scenario.catalog) is not None and who.user_id is not None:
            # There is such a file. In capitals the id is the same, and the name another one.
            named = named.replace(who.user_id, who.user_id.upper())
        return below, named

    def transports(self, verb: str) -> tuple[str, ...]:
        """How a request about one file can travel."""
        if verb == "change the row of":  # no request of the Storage API does only this
            return ONLY_SQL
        if verb == "read" and self.bucket.public:  # nobody is refused, whatever policies say
            return ONLY_SQL
        return ("sql", "client")

    def case(
        self,
        who: Identity,
        words: str,
        operation: SpecOperation,
        family: Family,
        asked: FileRequest,
        expected: Expectation,
        place: Folder | None = None,
    ) -> Case:
        """A case, with whoever may do the same as its control where it has to be refused.

        Parameters:
            words: what comes after the person in its name.
            place: the folder that it is about.
        """
        request, settings = asked
        controls: list[Attempt] = []
        if not expected.must:
            owner = next((w for w in self.people if place and w.world == place.world), None)
            if owner is not None and place is not None:
                for person in self.people:
                    if self.may(person, operation, place, owner.user_id):
                        controls.append(Attempt(person, request, (), settings))
                        break
            controls.append(Attempt(SERVICE, request, (), settings))
        return Case(
            id=f"bucket {self.bucket.name}: {who.label} {words}",
            subject=Subject.bucket(self.bucket.name),
            operation=operation,
            family=family,
            attempt=Attempt(who, request, (), settings),
            expected=expected,
            controls=tuple(controls),
            why=f"{operation} = {self.bucket.right(operation)}",
        )

    def at(self, place: Folder) -> str:
        """Which folder, for a name, where the bucket has several kinds."""
        if place.mixed:
            return f" at {place.label.partition(' ')[2]}"
        if len(self.bucket.paths) < 2:
            return ""
        return f" at {place.label.split(' ')[1]}"

    def new(self, place: Folder, word: str) -> Place:
        """Where a file that is not there yet would lie."""
        return Place(self.bucket.name, place.file(file_name(self.scenario, word)))
