"""The whole of `wakti.toml`, and what only the whole can be checked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .ownership import OPERATIONS, Bucket, Excuse, Function, Members, Owned, View
from .paths import CircleError, OwnerPath, PlacePath, owner_path, place_path
from .rights import Authenticated, Member, Nobody, Own, Public, Right, atoms
from .settings import (
    Auth,
    Generate,
    Json,
    Limits,
    Lint,
    Project,
    RateLimits,
    Section,
    Stack,
    Uploads,
)


class Spec(Section):
    """What `wakti.toml` says: settings with their defaults, and the ownership model."""

    project: Project = Project()
    generate: Generate = Generate()
    limits: Limits = Limits()
    uploads: Uploads = Uploads()
    auth: Auth = Auth()
    rate_limits: RateLimits = RateLimits()
    stack: Stack = Stack()
    lint: Lint = Lint()
    config: Json = Field(default_factory=dict)
    """Laid over the generated `supabase/config.toml`, unread."""
    owned: tuple[Owned, ...] = ()
    view: tuple[View, ...] = ()
    bucket: tuple[Bucket, ...] = ()
    function: tuple[Function, ...] = ()
    excuse: tuple[Excuse, ...] = ()

    @property
    def relations(self) -> tuple[Owned, ...]:
        """Tables and views, in the order of the file."""
        return (*self.owned, *self.view)

    def entry(self, table: str) -> Owned | None:
        """The description of a table or view, if there is one."""
        return self._entries.get(table)

    def owner_path(self, owned: Owned) -> OwnerPath | None:
        """How a row leads to the person it belongs to; None if it belongs to nobody."""
        if self._entries.get(owned.table) is not owned:
            return owner_path(owned, self._entries)
        if owned.table not in self._owner_paths:
            self._owner_paths[owned.table] = owner_path(owned, self._entries)
        return self._owner_paths[owned.table]

    def place_path(self, owned: Owned) -> PlacePath | None:
        """How a row leads to the place whose members count; None if there is none."""
        if self._entries.get(owned.table) is not owned:
            return place_path(owned, self._entries)
        if owned.table not in self._place_paths:
            self._place_paths[owned.table] = place_path(owned, self._entries)
        return self._place_paths[owned.table]

    def belongs(self, owned: Owned) -> bool:
        """Whether its rows belong to a person or a place at all."""
        return self.owner_path(owned) is not None or self.place_path(owned) is not None

    def members_in(self, table: str) -> Members | None:
        """How `table` is read as a membership table, if it is one."""
        return self._members.get(table)

    # Asked for each row of each case, while the entries stay as they are.

    @cached_property
    def _owner_paths(self) -> dict[str, OwnerPath | None]:
        return {}

    @cached_property
    def _place_paths(self) -> dict[str, PlacePath | None]:
        return {}

    @cached_property
    def _members(self) -> dict[str, Members]:
        places = (path.members for owned in self.relations if (path := self.place_path(owned)))
        buckets = (bucket.members for bucket in self.bucket if bucket.members is not None)
        found: dict[str, Members] = {}
        for members in (*places, *buckets):
            found.setdefault(members.table, members)
        return found

    @cached_property
    def _entries(self) -> dict[str, Owned]:
        return {owned.table: owned for owned in self.relations}

    @model_validator(mode="after")
    def _says_one_thing_once(self) -> Spec:
        names = (
            *(owned.table for owned in self.relations),
            *(f"bucket {bucket.name}" for bucket in self.bucket),
            *(f"function {function.function}" for function in self.function),
        )
        for name, count in Counter(names).items():
            if count > 1:
                raise _whole(f"{name} is described {count} times; keep one entry")
        return self

    @model_validator(mode="after")
    def _rights_lead_somewhere(self) -> Spec:
        for owned in self.relations:
            try:
                owner, place = self.owner_path(owned), self.place_path(owned)
            except CircleError as circle:
                raise _whole(f"through leads in a circle: {circle}") from None
            for operation in OPERATIONS:
                where = f"{owned.table}: {operation}"
                _check(owned.rule(operation).right, where, owner, place)
                _no_fixed_column(owned, operation)
        return self

    @model_validator(mode="after")
    def _columns_follow_one_rule(self) -> Spec:
        for owned in self.relations:
            _one_rule(owned)
            if owned.file and owned.file.bucket not in {bucket.name for bucket in self.bucket}:
                raise _whole(
                    f'{owned.table}: file names the bucket "{owned.file.bucket}", which no '
                    "[[bucket]] entry describes"
                )
        return self

    @model_validator(mode="after")
    def _functions_are_for_roles(self) -> Spec:
        for function in self.function:
            if not isinstance(function.execute, Nobody | Authenticated | Public) or (
                isinstance(function.execute, Public) and function.execute.where
            ):
                raise _whole(
                    f'function {function.function}: execute = "{function.execute}", but a '
                    'function is executed by roles; valid are "none", "authenticated", "public"'
                )
        return self

    @model_validator(mode="after")
    def _folders_lead_somewhere(self) -> Spec:
        for bucket in self.bucket:
            for segment in (segment for path in bucket.paths for segment in path):
                if segment.kind == "row" and self.entry(segment.value) is None:
                    raise _whole(
                        f'bucket {bucket.name}: paths names "{{{segment.value}}}", which no '
                        "[[owned]] entry describes"
                    )
                if segment.kind == "members" and bucket.members is None:
                    raise _whole(
                        f'bucket {bucket.name}: paths names "{{members}}" but members is missing'
                    )
            _check_bucket(self, bucket)
        return self

    @model_validator(mode="after")
    def _passwords_have_room(self) -> Spec:
        if self.auth.password_min > self.auth.password_max:
            raise _whole(
                f"[auth] password_min = {self.auth.password_min} is more than "
                f"password_max = {self.auth.password_max}"
            )
        if self.limits.file > self.limits.project:
            raise _whole(
                f"[limits] file = {self.limits.file} is more than project = {self.limits.project}"
            )
        return self


def _whole(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("whole", "{sentence}", {"sentence": sentence})


def _check(right: Right, where: str, owner: OwnerPath | None, place: PlacePath | None) -> None:
    for atom in atoms(right):
        if isinstance(atom, Own) and owner is None:
            raise _whole(f'{where} = "{right}", but neither owner nor through names the owner')
        if isinstance(atom, Member) and place is None:
            raise _whole(f'{where} = "{right}", but members is missing here and in through')
        if isinstance(atom, Member) and atom.role and place and place.members.role is None:
            raise _whole(f'{where} = "{right}", but members names no role column')


def _no_fixed_column(owned: Owned, operation: str) -> None:
    if operation != "update":
        return
    for column in owned.update.columns or ():
        if column in owned.placing:
            raise _whole(
                f'{owned.table}: update lists "{column}", which says whose row it is and never '
                "changes hands by an update"
            )


def _one_rule(owned: Owned) -> None:
    """A column is changed by clients, fixed, kept or hidden: one of these."""
    if owned.is_view and owned.granted:
        raise _whole(f"{owned.table}: fixed and kept are rules of tables; a view has none")
    places = {
        "update": owned.update.columns or (),
        "fixed": owned.fixed,
        "kept": owned.kept,
        "immutable": owned.immutable,
        "hidden": owned.hidden,
    }
    for name, count in Counter(c for columns in places.values() for c in set(columns)).items():
        named = [place for place, columns in places.items() if name in columns]
        if count > 1 and named != ["fixed", "hidden"]:
            raise _whole(f'{owned.table}: "{name}" is in {" and in ".join(named)}; keep one')


def _check_bucket(spec: Spec, bucket: Bucket) -> None:
    for operation in OPERATIONS:
        right = bucket.right(operation)
        if any(isinstance(atom, Public) and atom.where for atom in atoms(right)):
            raise _whole(
                f'bucket {bucket.name}: {operation} = "{right}", but a file has no columns; '
                'write "public"'
            )
        for member in _of_kind(right):
            if not any(_place_of(spec, bucket)):
                raise _whole(
                    f'bucket {bucket.name}: {operation} = "{right}", but no folder of paths '
                    f"names a place with members ({member})"
                )


def _of_kind(right: Right) -> Iterator[Member]:
    return (atom for atom in atoms(right) if isinstance(atom, Member))


def _place_of(spec: Spec, bucket: Bucket) -> Iterator[bool]:
    for segment in (segment for path in bucket.paths for segment in path):
        if segment.kind == "members":
            yield True
        elif segment.kind == "row":
            owned = spec.entry(segment.value)
            yield owned is not None and spec.place_path(owned) is not None
