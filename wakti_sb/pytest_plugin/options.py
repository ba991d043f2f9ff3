"""Options of the plugin: command line, then environment, then ini file, then default."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import pytest

from wakti_sb.errors import WaktiError

Transport = Literal["sql", "client", "both"]

_ADDRESS = {
    "url": "The API of a project that runs; without it a stack is brought up for the tests.",
    "publishable-key": "Its publishable (or legacy anon) key.",
    "secret-key": "Its secret (or legacy service_role) key.",
    "jwt-secret": "What signs its users' tokens, where it has one.",
    "db-url": "Its database, as postgres.",
    "functions-url": "Where its edge functions answer, if not at URL/functions/v1.",
}
_SWITCHES_OF_INI = ("rls", "functions")  # others are for one run only
_TRANSPORTS = ("sql", "client", "both")
_STACKS = ("embedded", "official")
_KEY = pytest.StashKey["Settings"]()


@dataclass(frozen=True)
class Settings:
    """What was asked for.

    Parameters:
        project: the folder with `supabase/migrations` and `wakti.toml`.
        rls: whether the cases of the model are tests.
        transport: over what they are tried.
        functions: whether a stack that is brought up serves the project's edge functions.
        allow_data: try the cases although it is a hosted database that holds data.
        without: the extensions that a stack which is brought up goes without, if it was said.
        prefix: what the names of the fixtures begin with.
    """

    project: Path
    rls: bool
    transport: Transport
    functions: bool
    allow_data: bool
    without: tuple[str, ...] | None = None
    prefix: str = ""
    url: str | None = None
    publishable_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    jwt_secret: str | None = field(default=None, repr=False)
    db_url: str | None = field(default=None, repr=False)
    functions_url: str | None = None

    @property
    def model(self) -> Path:
        """The ownership model."""
        return self.project / "wakti.toml"


def add(parser: pytest.Parser) -> None:
    """Make the options known to pytest."""
    group = parser.getgroup("wakti", "row level security of a Supabase project (wakti-sb)")
    for name, text in _ADDRESS.items():
        group.addoption(f"--wakti-{name}", metavar="TEXT", help=f"{text} [{_variable(name)}]")
    group.addoption(
        "--wakti-stack",
        choices=_STACKS,
        help="The project's own stack, which has to be up: ours, or that of `supabase start`."
        " [WAKTI_STACK]",
    )
    group.addoption(
        "--wakti-project",
        metavar="DIR",
        help="The folder with supabase/migrations and wakti.toml; pytest's rootdir if not given.",
    )
    group.addoption(
        "--wakti-rls",
        action="store_true",
        default=None,
        help="Make every case of wakti.toml a test.",
    )
    group.addoption(
        "--wakti-transport",
        choices=_TRANSPORTS,
        help="Over what the cases are tried: sql (default), client, or both.",
    )
    group.addoption(
        "--wakti-functions",
        action="store_true",
        default=None,
        help="Serve the project's edge functions too, where a stack is brought up.",
    )
    group.addoption(
        "--wakti-without",
        action="append",
        metavar="EXTENSION",
        help="Leave out the statements of the migrations that need this extension; repeatable."
        " [WAKTI_WITHOUT]",
    )
    group.addoption(
        "--wakti-fixture-prefix",
        metavar="TEXT",
        help="What the names of the fixtures begin with, where another plugin has a `db` too.",
    )
    group.addoption(
        "--wakti-allow-data",
        action="store_true",
        default=None,
        help="Try the cases although the database is a hosted one that holds data.",
    )
    parser.addini("wakti_project", "as --wakti-project, from the folder of the ini file")
    parser.addini("wakti_rls", "as --wakti-rls", type="bool", default=None)
    parser.addini("wakti_transport", "as --wakti-transport")
    parser.addini("wakti_functions", "as --wakti-functions", type="bool", default=None)
    parser.addini("wakti_fixture_prefix", "as --wakti-fixture-prefix")
    parser.addini("wakti_without", "as --wakti-without, several names", type="args", default=None)


def read(config: pytest.Config) -> Settings:
    """The settings of this run. Raise pytest.UsageError if one cannot be."""
    if _KEY not in config.stash:
        config.stash[_KEY] = _read(config)
    return config.stash[_KEY]


def collect_model(config: pytest.Config, settings: Settings) -> None:
    """Add the model to what pytest collects, unless somebody asked for certain tests only.

    `--wakti-rls` is a wish of this very run and always counts.

    Raise pytest.UsageError if there is no model: a run without its cases must not pass.
    """
    chosen = config.args_source is pytest.Config.ArgsSource.ARGS
    if chosen and config.getoption("--wakti-rls") is None:
        return
    if not settings.model.is_file():
        raise pytest.UsageError(
            f"{settings.project}: there is no wakti.toml here that says who owns what.\n"
            "  `wakti-sb rls init > wakti.toml` proposes one; --wakti-project names the folder."
        )
    base = config.invocation_params.dir
    named = (base / argument.partition("::")[0] for argument in config.args)
    if not any(path.resolve() == settings.model for path in named):
        config.args.append(str(settings.model))


def _read(config: pytest.Config) -> Settings:
    transport = _text(config, "transport") or "sql"
    if transport not in _TRANSPORTS:
        raise pytest.UsageError(f'wakti_transport is "{transport}"; it can be sql, client or both.')
    prefix = _text(config, "fixture-prefix") or ""
    if prefix and not prefix.isidentifier():
        raise pytest.UsageError(f'wakti_fixture_prefix is "{prefix}"; it can be as in wakti_.')
    project = _project(config)
    return Settings(
        project=project,
        rls=_switch(config, "rls"),
        transport=cast(Transport, transport),
        functions=_switch(config, "functions"),
        allow_data=_switch(config, "allow-data"),
        without=_without(config),
        prefix=prefix,
        **_address(config, project),
    )


def _address(config: pytest.Config, project: Path) -> dict[str, str | None]:
    """What was said of a project that runs, or where the project's own stack answers."""
    told = {name.replace("-", "_"): _option(config, name) for name in _ADDRESS}
    kind = _option(config, "stack")
    if not kind:
        return told
    if kind not in _STACKS:
        raise pytest.UsageError(f'WAKTI_STACK is "{kind}"; it can be embedded or official.')
    if told["url"] is not None or told["db_url"] is not None:
        raise pytest.UsageError("--wakti-stack and --wakti-url name two different places.")
    # Here, because every run of pytest imports this module.
    from wakti_sb.stack import EmbeddedStack, OfficialStack

    stack = (OfficialStack if kind == "official" else EmbeddedStack)(project)
    try:
        endpoint = stack.endpoint()
    except WaktiError as error:
        raise pytest.UsageError(str(error)) from None
    return {
        "url": endpoint.api_url,
        "publishable_key": endpoint.publishable_key,
        "secret_key": endpoint.secret_key,
        "jwt_secret": endpoint.jwt_secret,
        "db_url": endpoint.db_url,
        "functions_url": endpoint.functions_url,
    }


def _project(config: pytest.Config) -> Path:
    given = _option(config, "project")
    told: str = config.getini("wakti_project")
    folder = config.rootpath
    if given is not None:
        folder = config.invocation_params.dir / given
    elif told and config.inipath is not None:
        folder = config.inipath.parent / told
    if not folder.is_dir():
        raise pytest.UsageError(f"wakti_project: there is no folder {folder}")
    return folder.resolve()


def _without(config: pytest.Config) -> tuple[str, ...] | None:
    """What wakti.toml says is read where a stack is made."""
    given: list[str] | None = config.getoption("--wakti-without")
    if given is None and _variable("without") in os.environ:
        given = os.environ[_variable("without")].split()
    if given is None:
        given = config.getini("wakti_without") or None
    return tuple(given) if given is not None else None


def _option(config: pytest.Config, name: str) -> str | None:
    """From the command line or the environment: an address or a key has no place in a file."""
    given: str | None = config.getoption(f"--wakti-{name}")
    return given if given is not None else os.environ.get(_variable(name))


def _text(config: pytest.Config, name: str) -> str | None:
    given = _option(config, name)
    return given if given is not None else config.getini(f"wakti_{name.replace('-', '_')}") or None


def _switch(config: pytest.Config, name: str) -> bool:
    given: bool | None = config.getoption(f"--wakti-{name}")
    if given is None and _variable(name) in os.environ:
        given = os.environ[_variable(name)].lower() not in ("", "0", "false", "no")
    if given is None and name in _SWITCHES_OF_INI:
        given = config.getini(f"wakti_{name}")
    return bool(given)


def _variable(name: str) -> str:
    return f"WAKTI_{name.replace('-', '_').upper()}"
