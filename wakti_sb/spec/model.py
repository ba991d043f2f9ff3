"""The whole of `wakti.toml`, and what only the whole can be checked for."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .buckets import Bucket
from .channels import CHANNEL_OPERATIONS, Channel
from .memberships import Members, Shares
from .ownership import OPERATIONS, Excuse, Function, Owned, View
from .paths import CircleError, OwnerPath, PlacePath, owner_path, place_path, share_path
from .rights import Authenticated, Member, Nobody, Own, Public, Right, Shared, TokenNames, atoms
from .settings import (
    Auth,
    Cost,
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
    """The project."""
    generate: Generate = Generate()
    """What `wakti-sb generate` writes."""
    limits: Limits = Limits()
    """How much the site API takes."""
    uploads: Uploads = Uploads()
    """Files of published sites."""
    auth: Auth = Auth()
    """Accounts of a site's visitors."""
    rate_limits: RateLimits = RateLimits()
    """Requests a minute for one address and project; 0 means no limit."""
    stack: Stack = Stack()
    """The local stack."""
    lint: Lint = Lint()
    """Rules of `wakti-sb lint`."""
    cost: Cost = Cost()
    """What queries may cost under row level security."""
    config: Json = Field(default_factory=dict)
    """Laid over the generated `supabase/config.toml`, unread."""
    owned: tuple[Owned, ...] = ()
    """Tables whose rows belong to somebody."""
    view: tuple[View, ...] = ()
    """Views, described like tables."""
    bucket: tuple[Bucket, ...] = ()
    """Storage buckets and whose files lie where."""
    channel: tuple[Channel, ...] = ()
    """Private Realtime channels."""
    function: tuple[Function, ...] = ()
    """Functions of exposed schemas."""
    excuse: tuple[Excuse, ...] = ()
    """Reviewed exceptions."""

    @property
    def relations(self) -> tuple[Owned, ...]:
        """Tables and views, in the order of the file."""
        return (*self.owned, *self.view)

    @property
    def places(self) -> tuple[Bucket | Channel, ...]:
        """Buckets and channels: what may have members of its own."""
        return (*self.bucket, *self.channel)

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

    def share_path(self, owned: Owned) -> PlacePath | None:
        """How a row leads to the one that is shared, itself or one above it; None if none is.

        A share itself is not shared: `shared` is the person that it names.
        """
        if self.shares_in(owned.table) is not None:
            return None
        if self._entries.get(owned.table) is not owned:
            return share_path(owned, self._entries)
        if owned.table not in self._share_paths:
            self._share_paths[owned.table] = share_path(owned, self._entries)
        return self._share_paths[owned.table]

    def shares_in(self, table: str) -> Shares | None:
        """How `table` is read as a table of shares, if it is one."""
        return self._shares.get(table)

    def memberships(self, owned: Owned) -> tuple[PlacePath, ...]:
        """How a row leads to its place, and to the row that is shared, as far as there are any."""
        found = (self.place_path(owned), self.share_path(owned))
        return tuple(path for path in found if path is not None)

    def belongs(self, owned: Owned) -> bool:
        """Whether its rows belong to a person, a place or a token's holder, or are shared."""
        return bool(
            self.owner_path(owned) is not None
            or self.memberships(owned)
            or owned.token_columns
            or self.shares_in(owned.table) is not None
        )

    def members_in(self, table: str) -> Members | None:
        """How `table` is read as a table of memberships or shares, if it is one."""
        return self._members.get(table)

    # Asked for each row of each case, while the entries stay as they are.

    @cached_property
    def _owner_paths(self) -> dict[str, OwnerPath | None]:
        return {}

    @cached_property
    def _place_paths(self) -> dict[str, PlacePath | None]:
        return {}

    @cached_property
    def _share_paths(self) -> dict[str, PlacePath | None]:
        return {}

    @cached_property
    def _shares(self) -> dict[str, Shares]:
        return {each.shared.table: each.shared for each in self.relations if each.shared}

    @cached_property
    def _members(self) -> dict[str, Members]:
        places = (path.members for owned in self.relations for path in self.memberships(owned))
        of_their_own = (each.members for each in self.places if each.members is not None)
        found: dict[str, Members] = {}
        for members in (*places, *of_their_own):
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
            *(f"channel {channel.name}" for channel in self.channel),
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
                paths = (self.owner_path(owned), self.place_path(owned), self.share_path(owned))
            except CircleError as circle:
                raise _whole(f"through leads in a circle: {circle}") from None
            for operation in OPERATIONS:
                where = f"{owned.table}: {operation}"
                right = owned.rule(operation).right
                if self.shares_in(owned.table) is None:
                    _check_shares(right, where, paths[2])
                else:
                    _check_named(right, where)
                _check(right, where, *paths[:2])
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
    def _topics_lead_somewhere(self) -> Spec:
        for channel in self.channel:
            _check_channel(self, channel)
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


def _check(
    right: Right,
    where: str,
    owner: OwnerPath | None,
    place: PlacePath | None,
) -> None:
    for atom in atoms(right):
        if isinstance(atom, Own) and owner is None:
            raise _whole(f'{where} = "{right}", but neither owner nor through names the owner')
        if isinstance(atom, Member) and place is None:
            raise _whole(f'{where} = "{right}", but members is missing here and in through')
        if isinstance(atom, Member) and atom.role and place and place.members.role is None:
            raise _whole(f'{where} = "{right}", but members names no role column')


def _check_shares(right: Right, where: str, share: PlacePath | None) -> None:
    for atom in atoms(right):
        if isinstance(atom, Shared) and share is None:
            raise _whole(f'{where} = "{right}", but shared is missing here and in through')
        if isinstance(atom, Shared) and atom.role and share and share.members.role is None:
            raise _whole(f'{where} = "{right}", but shared names no role column')


def _check_named(right: Right, where: str) -> None:
    if any(isinstance(atom, Shared) and atom.role for atom in atoms(right)):
        raise _whole(
            f'{where} = "{right}", but in the table of shares itself "shared" is the person that '
            "a row names, in whatever way"
        )


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


def _check_channel(spec: Spec, channel: Channel) -> None:
    where = f"channel {channel.name}"
    kinds = {segment.kind for segment in channel.topic}
    owners, places, shares = "user" in kinds, "members" in kinds, False
    if places and channel.members is None:
        raise _whole(f"{where}: topic names {{members}} but members is missing")
    for segment in channel.topic:
        if segment.kind == "row":
            entry = spec.entry(segment.value)
            if entry is None:
                raise _whole(
                    f'{where}: topic names "{{{segment.value}}}", which no [[owned]] entry '
                    "describes"
                )
            owners = owners or spec.owner_path(entry) is not None
            places = places or spec.place_path(entry) is not None
            shares = shares or spec.share_path(entry) is not None
    for operation in CHANNEL_OPERATIONS:
        right = channel.right(operation)
        for atom in atoms(right):
            if isinstance(atom, Own) and not owners:
                raise _whole(f'{where}: {operation} = "{right}", but topic names nobody\'s row')
            if isinstance(atom, Member) and not places:
                raise _whole(f'{where}: {operation} = "{right}", but topic names no place')
            if isinstance(atom, Shared) and not shares:
                raise _whole(f'{where}: {operation} = "{right}", but topic names no shared row')
            if isinstance(atom, TokenNames):
                raise _whole(f'{where}: {operation} = "{right}", but a topic has no columns')
            if isinstance(atom, Public) and (atom.where or operation in ("write", "track")):
                raise _whole(
                    f'{where}: {operation} = "{right}", but a topic has no columns; write '
                    '"public" for read and presence, "authenticated" for write and track'
                )


def _check_bucket(spec: Spec, bucket: Bucket) -> None:
    rows = [
        entry
        for segment in (segment for path in bucket.paths for segment in path)
        if segment.kind == "row" and (entry := spec.entry(segment.value)) is not None
    ]
    places = any(segment.kind == "members" for path in bucket.paths for segment in path)
    places = places or any(spec.place_path(entry) is not None for entry in rows)
    shares = any(spec.share_path(entry) is not None for entry in rows)
    for operation in OPERATIONS:
        right = bucket.right(operation)
        where = f'bucket {bucket.name}: {operation} = "{right}"'
        for atom in atoms(right):
            if isinstance(atom, Public) and atom.where:
                raise _whole(f'{where}, but a file has no columns; write "public"')
            if isinstance(atom, TokenNames):
                raise _whole(f"{where}, but a file has no columns")
            if isinstance(atom, Member) and not places:
                raise _whole(f"{where}, but no folder of paths names a place with members ({atom})")
            if isinstance(atom, Shared) and not shares:
                raise _whole(f"{where}, but no folder of paths names a shared row ({atom})")
