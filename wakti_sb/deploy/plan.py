"""What has to be done: the project's files compared with what is there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

from wakti_sb.deploy.look import State
from wakti_sb.deploy.sources import BACKEND, FunctionSource
from wakti_sb.migrate import Migration, Status, compare, pending
from wakti_sb.spec import Spec
from wakti_sb.stack.config import Bucket, Config

EDGE_SECRET = "WAKTI_DB_URL"  # noqa: S105  (its name)


class Step(Enum):
    """The steps of a deployment, in their order."""

    MIGRATIONS = "migrations"
    LOGIN = "database login"
    BUCKETS = "buckets"
    FUNCTIONS = "functions"
    SECRETS = "secrets"
    SETTINGS = "settings"


class Login(Enum):
    """What the site API's database login needs.

    Its password changes only while no secret names it: functions that run meanwhile use the
    platform's own database URL, narrowed to the same role, and are never without a database.
    """

    NONE = "nothing"
    GIVE = "a password, and the secret that tells it to the function"
    RENEW = "first the old secret goes, then a password and its secret"


@dataclass(frozen=True)
class Line:
    """One line of a plan.

    Parameters:
        step: which step it belongs to.
        subject: what it is about.
        there: how that is now.
        todo: what will be done; None for nothing.
    """

    step: Step
    subject: str
    there: str
    todo: str | None


@dataclass(frozen=True)
class Wanted:
    """What the project's files say.

    Parameters:
        migrations: of supabase/migrations.
        config: of supabase/config.toml.
        functions: with the files to send.
        schemas, max_rows: of the Data API; None where config.toml does not say.
        spec: wakti.toml; None in a project without one.
        secrets: of --env-file.
        include_all: whether migrations older than the newest applied one are wanted too.
        renew_login: whether a new password is asked for.
    """

    migrations: tuple[Migration, ...]
    config: Config
    functions: tuple[FunctionSource, ...]
    schemas: tuple[str, ...] | None = None
    max_rows: int | None = None
    spec: Spec | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    include_all: bool = False
    renew_login: bool = False


@dataclass(frozen=True)
class Plan:
    """What will be done, step by step.

    Parameters:
        migrations: to apply.
        login: of the site API.
        buckets: to make or change.
        functions: to send.
        secrets: to set, beside the login's.
        schemas: all schemas that the Data API is to expose; None to leave it.
        max_rows: likewise.
        largest_file: bytes that Storage is to take; None to leave it.
        lines: all of it for a person, with what is there already.
    """

    migrations: tuple[Migration, ...]
    login: Login
    buckets: Mapping[str, Bucket]
    functions: tuple[FunctionSource, ...]
    secrets: Mapping[str, str] = field(repr=False)
    schemas: tuple[str, ...] | None
    max_rows: int | None
    largest_file: int | None
    lines: tuple[Line, ...]

    @property
    def is_empty(self) -> bool:
        """Whether everything is there already."""
        return not any(line.todo for line in self.lines)


def make(wanted: Wanted, state: State, database: str) -> Plan:
    """The plan. Raise HistoryConflict where files and history contradict each other.

    Parameters:
        database: how an error names it.
    """
    status = compare(wanted.migrations, state.history, database)
    todo = pending(wanted.migrations, status, include_all=wanted.include_all)
    by_platform = state.functions is not None
    login = _login(wanted, state, todo) if by_platform else Login.NONE
    buckets = {
        name: bucket
        for name, bucket in wanted.config.buckets.items()
        if state.buckets.get(name) != bucket
    }
    functions = tuple(one for one in wanted.functions if _is_stale(one, state))
    secrets = _secrets(wanted, state)
    schemas, max_rows = _data_api(wanted, state)
    largest = _largest_file(wanted.config, state)
    lines = [
        *_migration_lines(status, todo),
        *_login_lines(login, state, by_platform=by_platform),
        *_bucket_lines(wanted.config, state),
        *_function_lines(wanted, state),
        *_secret_lines(wanted, state, secrets),
        *_setting_lines(state, schemas, max_rows, largest),
    ]
    return Plan(
        todo,
        login,
        buckets,
        functions if by_platform else (),
        secrets,
        schemas,
        max_rows,
        largest,
        tuple(lines),
    )


def digest_of(value: str) -> str:
    """The digest by which the platform tells a secret."""
    return sha256(value.encode()).hexdigest()


def _login(wanted: Wanted, state: State, todo: Sequence[Migration]) -> Login:
    comes = any("wakti_edge" in migration.text for migration in todo)
    if not (state.has_edge_role or comes) or BACKEND not in {f.name for f in wanted.functions}:
        return Login.NONE
    told = (state.secrets or {}).get(EDGE_SECRET)
    if told is None:
        return Login.GIVE
    sent = state.sent.get(("secret", EDGE_SECRET))
    if wanted.renew_login or sent is None or sent.digest != told:
        return Login.RENEW
    return Login.NONE


def _is_stale(source: FunctionSource, state: State) -> bool:
    there = (state.functions or {}).get(source.name)
    sent = state.sent.get(("function", source.name))
    return (
        there is None
        or sent is None
        or sent.digest != source.digest
        or sent.edition != there.edition
        or there.verify_jwt not in (None, source.verify_jwt)
        or there.status != "ACTIVE"
    )


def _secrets(wanted: Wanted, state: State) -> dict[str, str]:
    if state.secrets is None:
        return {}
    return {
        name: value
        for name, value in wanted.secrets.items()
        if state.secrets.get(name) != digest_of(value)
    }


def _data_api(wanted: Wanted, state: State) -> tuple[tuple[str, ...] | None, int | None]:
    if state.data_api is None:
        return None, None
    there = state.data_api.schemas
    missing = [name for name in wanted.schemas or () if name not in there]
    # What is exposed already may be somebody else's: nothing is taken away.
    schemas = (*there, *missing) if missing else None
    max_rows = wanted.max_rows if wanted.max_rows != state.data_api.max_rows else None
    return schemas, max_rows


def _largest_file(config: Config, state: State) -> int | None:
    wanted = max((one.file_size_limit or 0 for one in config.buckets.values()), default=0)
    if state.largest_file is None or wanted <= state.largest_file:
        return None
    return wanted


def _migration_lines(status: Status, todo: Sequence[Migration]) -> Iterator[Line]:
    there = len(status.of("applied"))
    names = ", ".join(one.version for one in todo[:3])
    more = f" and {len(todo) - 3} more" if len(todo) > 3 else ""
    yield Line(
        Step.MIGRATIONS,
        "supabase/migrations",
        f"{there} applied",
        f"apply {len(todo)}: {names}{more}" if todo else None,
    )


def _login_lines(login: Login, state: State, *, by_platform: bool) -> Iterator[Line]:
    if not by_platform:
        if state.has_edge_role:
            there = "the function uses SUPABASE_DB_URL, narrowed to this role"
            yield Line(Step.LOGIN, "wakti_edge", there, None)
        return
    told = EDGE_SECRET in (state.secrets or {})
    if login is Login.NONE and not (state.has_edge_role and told):
        return
    there = {
        Login.NONE: "has a password that the function knows",
        Login.GIVE: "no password that the function knows",
        Login.RENEW: "the function's secret is to be replaced",
    }[login]
    yield Line(Step.LOGIN, "wakti_edge", there, None if login is Login.NONE else login.value)


def _bucket_lines(config: Config, state: State) -> Iterator[Line]:
    for name, bucket in config.buckets.items():
        there = state.buckets.get(name)
        if there is None:
            yield Line(Step.BUCKETS, name, "is not there", "make it")
        elif there != bucket:
            yield Line(Step.BUCKETS, name, "has other settings", "set them as in config.toml")
        else:
            yield Line(Step.BUCKETS, name, "is as in config.toml", None)


def _function_lines(wanted: Wanted, state: State) -> Iterator[Line]:
    for source in wanted.functions:
        if state.functions is None:
            there = "cannot be sent without the Management API"
            yield Line(Step.FUNCTIONS, source.name, there, None)
            continue
        there_now = state.functions.get(source.name)
        if there_now is None:
            there = "is not there"
            yield Line(Step.FUNCTIONS, source.name, there, f"deploy {_size(source)}")
        elif _is_stale(source, state):
            there = f"version {there_now.version} is another one"
            yield Line(Step.FUNCTIONS, source.name, there, f"deploy {_size(source)}")
        else:
            there = f"version {there_now.version} is this one"
            yield Line(Step.FUNCTIONS, source.name, there, None)


def _size(source: FunctionSource) -> str:
    files = f"{len(source.files)} file{'s' if len(source.files) > 1 else ''}"
    return f"{files}, {source.size / 1024:.0f} KiB"


def _secret_lines(wanted: Wanted, state: State, todo: Mapping[str, str]) -> Iterator[Line]:
    for name in wanted.secrets:
        if state.secrets is None:
            there = "cannot be set without the Management API"
            yield Line(Step.SECRETS, name, there, None)
        elif name in todo:
            there = "has another value" if name in state.secrets else "is not there"
            yield Line(Step.SECRETS, name, there, "set it")
        else:
            yield Line(Step.SECRETS, name, "has this value", None)


def _setting_lines(
    state: State, schemas: Sequence[str] | None, max_rows: int | None, largest: int | None
) -> Iterator[Line]:
    if state.data_api is not None:
        there = ", ".join(state.data_api.schemas)
        todo = f"expose {', '.join(schemas)}" if schemas else None
        yield Line(Step.SETTINGS, "exposed schemas", there, todo)
        todo = f"set {max_rows}" if max_rows is not None else None
        yield Line(Step.SETTINGS, "rows of one answer", str(state.data_api.max_rows), todo)
    if state.largest_file is not None:
        there = f"{state.largest_file / 1024**2:.0f} MiB"
        todo = f"set {largest / 1024**2:.0f} MiB" if largest else None
        yield Line(Step.SETTINGS, "largest file", there, todo)
    for what in state.unread:
        there = "cannot be read with this access token"
        yield Line(Step.SETTINGS, what, there, None)
