"""`docs/environment.md`: every environment variable that the code reads.

The names are found in the code (`variables.py`); what each is for is written here. A variable
without a description, and a description without a variable, fail the test of this page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.docs import variables

_HEAD = """# Environment variables

Made from the code (`python -m tests.docs.reference`); a test finds every variable that the code
reads and compares. An option on the command line goes before its variable, and a variable before
`wakti.toml`.
"""


@dataclass(frozen=True)
class Variable:
    """What a page says of a variable.

    Parameters:
        type: what its value may be.
        default: what holds where it is not set.
        meaning: what it is for.
    """

    type: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """Variables of one reader.

    Parameters:
        found: the names that its code reads.
    """

    title: str
    about: str
    described: dict[str, Variable]
    found: frozenset[str]

    @property
    def missing(self) -> set[str]:
        """Names that the code reads and nobody has described."""
        return set(self.found - self.described.keys())

    @property
    def idle(self) -> set[str]:
        """Descriptions of variables that the code does not read."""
        return set(self.described.keys() - self.found)


_NONE = "none"
_OF_COMMANDS = {
    "WAKTI_URL": Variable("URL", _NONE, "The API of a project that runs elsewhere."),
    "WAKTI_PUBLISHABLE_KEY": Variable("key", _NONE, "Its publishable or legacy anon key."),
    "WAKTI_SECRET_KEY": Variable("key", _NONE, "Its secret or legacy service_role key."),
    "WAKTI_JWT_SECRET": Variable(
        "text", _NONE, "What signs its users' tokens. Without it, test users log in."
    ),
    "WAKTI_DB_URL": Variable("postgresql:// URL", _NONE, "Its database, as the role `postgres`."),
    "WAKTI_WITHOUT": Variable(
        "names, spaces between",
        "`[stack] without` in `wakti.toml`",
        "Extensions that a local stack goes without.",
    ),
    "SUPABASE_PROJECT_REF": Variable(
        "20 small letters", "the ref of `wakti-sb link`", "The hosted project."
    ),
}
_OF_THE_PLUGIN = {
    **{name: one for name, one in _OF_COMMANDS.items() if name != "SUPABASE_PROJECT_REF"},
    "WAKTI_FUNCTIONS_URL": Variable(
        "URL", "`WAKTI_URL/functions/v1`", "Where its edge functions answer."
    ),
    "WAKTI_STACK": Variable(
        "`embedded` or `official`", _NONE, "Use the project's own stack, which has to be up."
    ),
    "WAKTI_PROJECT": Variable(
        "folder", "pytest's rootdir", "Where `supabase/migrations` and `wakti.toml` are."
    ),
    "WAKTI_RLS": Variable("true or false", "false", "Make every case of `wakti.toml` a test."),
    "WAKTI_TRANSPORT": Variable(
        "`sql`, `client` or `both`", "`sql`", "How the cases reach the database."
    ),
    "WAKTI_FUNCTIONS": Variable(
        "true or false", "false", "Serve the project's edge functions on the tests' stack."
    ),
    "WAKTI_FIXTURE_PREFIX": Variable("text", "empty", "What the fixtures' names begin with."),
    "WAKTI_ALLOW_DATA": Variable(
        "true or false", "false", "Try the cases on a hosted database that holds data."
    ),
}
_PROXY = Variable("URL", _NONE, "The proxy to the internet. Never used for this machine itself.")
_AUTHORITY = "Given to Deno and to edge functions."
_OF_THE_TOOLKIT = {
    "SUPABASE_ACCESS_TOKEN": Variable(
        "`sbp_…`", _NONE, "Who asks the platform: `deploy`, `backup` and all else with a ref."
    ),
    "WAKTI_MANAGEMENT_API": Variable(
        "URL",
        "`https://api.supabase.com`",
        "Another address of the platform's API. Then its pooler may have any host name.",
    ),
    "WAKTI_CACHE": Variable(
        "folder",
        "the user's cache folder; for root the machine's",
        "What all projects share: programs and packages.",
    ),
    "WAKTI_DATA": Variable(
        "folder",
        "`.wakti/`; for root `/var/lib/wakti-sb`",
        "Where the database of a new local stack lies.",
    ),
    "WAKTI_POSTGRES": Variable(
        "folder",
        "the PostgreSQL that pip installed",
        "Another PostgreSQL, 15 or newer: the folder above its `bin/`.",
    ),
    "WAKTI_CPU_LIMIT": Variable(
        "0 to 86,400 seconds",
        "2",
        "Read by `up`: how long an edge function may compute for a request; 0: no limit.",
    ),
    "WAKTI_WALL_CLOCK": Variable(
        "1 to 86,400 seconds",
        "150",
        "Read by `up`: how long an edge function may take to begin its answer.",
    ),
    "WAKTI_SUPABASE_CLI": Variable(
        "path",
        "the one in `node_modules`, else on PATH",
        "The official CLI that `--stack official` runs.",
    ),
    "WAKTI_DEBUG": Variable(
        "anything", "not set", "Show where in our code an unexpected error happened."
    ),
    "SUPABASE_EXPERIMENTAL_STACK": Variable(
        "anything but `0` and `false`",
        "not set",
        "The official CLI's own: its services run without Docker.",
    ),
    "DOCKER_HOST": Variable(
        "URL", "`unix:///var/run/docker.sock`", "The Docker engine of `--stack official`."
    ),
    "PGPASSWORD": Variable(
        "text",
        _NONE,
        "The password for a database URL that has none. PostgreSQL's library reads its other"
        " variables (`PGSSLMODE`, `PGPASSFILE`) too.",
    ),
    "SOURCE_DATE_EPOCH": Variable(
        "seconds since 1970", "the clock", "The time in the names of new migrations."
    ),
    "HTTP_PROXY": _PROXY,
    "HTTPS_PROXY": _PROXY,
    "ALL_PROXY": _PROXY,
    "NO_PROXY": Variable(
        "hosts, commas between", _NONE, "Reached without a proxy. This machine is added to it."
    ),
    "SSL_CERT_FILE": Variable("file", _NONE, f"Certificate authorities. {_AUTHORITY}"),
    "SSL_CERT_DIR": Variable("folder", _NONE, f"Certificate authorities. {_AUTHORITY}"),
    "DENO_CERT": Variable("file", _NONE, f"A certificate authority. {_AUTHORITY}"),
    "DENO_TLS_CA_STORE": Variable(
        "`mozilla`, `system`", "both", f"Which authorities count. {_AUTHORITY}"
    ),
    "NODE_EXTRA_CA_CERTS": Variable("file", _NONE, f"Certificate authorities. {_AUTHORITY}"),
    "NPM_CONFIG_REGISTRY": Variable("URL", "npm's", "Where Deno fetches npm packages."),
    "NPM_CONFIG_USERCONFIG": Variable("file", "`~/.npmrc`", "Access to that registry."),
    "HOME": Variable("folder", "the system's", "Where Deno looks for `.npmrc`."),
}
_OF_THE_FUNCTION = {
    "SUPABASE_URL": Variable("URL", "*required*", "The project's API."),
    "SUPABASE_PUBLISHABLE_KEYS": Variable(
        'JSON, `{"default": key}`', "`SUPABASE_ANON_KEY`", "The publishable key."
    ),
    "SUPABASE_SECRET_KEYS": Variable(
        'JSON, `{"default": key}`',
        "`SUPABASE_SERVICE_ROLE_KEY`",
        "The secret key. Used for storage only.",
    ),
    "SUPABASE_ANON_KEY": Variable("key", _NONE, "The legacy key."),
    "SUPABASE_SERVICE_ROLE_KEY": Variable("key", _NONE, "The legacy secret key."),
    "WAKTI_DB_URL": Variable(
        "postgresql:// URL", "`SUPABASE_DB_URL`", "The database, as the role `wakti_edge`."
    ),
    "SUPABASE_DB_URL": Variable(
        "postgresql:// URL",
        _NONE,
        "The database as the platform gives it. The function narrows it to `wakti_edge`.",
    ),
    "WAKTI_PUBLIC_URL": Variable(
        "URL", "`SUPABASE_URL`", "The API as visitors see it, where that differs."
    ),
    "WAKTI_CLIENT_IP_HEADER": Variable(
        "header's name",
        "`cf-connecting-ip` on the platform, else none",
        "A header that a proxy of yours overwrites with the caller's address.",
    ),
    "WAKTI_PBKDF2_ITERATIONS": Variable(
        "whole number above 0", "`wakti.toml`", "Rounds of a password's hash. For tests."
    ),
    "PORT": Variable("port", "the platform's choice", "Serve on this port of 127.0.0.1."),
}
_OF_THE_STACK = {
    "WAKTI_PORT": Variable("port", "*set by `up`*", "Where the API listens."),
    "WAKTI_DB_URL": Variable("URL", "*set by `up`*", "The local database as its superuser."),
    "WAKTI_STORAGE_DIR": Variable("folder", "*set by `up`*", "Where stored files lie."),
    "WAKTI_FILE_SIZE_LIMIT": Variable("bytes", "*set by `up`*", "The largest file."),
    "WAKTI_JWT_SECRET": Variable("text", "*set by `up`*", "What signs users' tokens."),
    "WAKTI_PUBLISHABLE_KEY": Variable("key", "*set by `up`*", "The publishable key."),
    "WAKTI_SECRET_KEY": Variable("key", "*set by `up`*", "The secret key."),
    "WAKTI_ANON_KEY": Variable("key", "*set by `up`*", "The legacy anon key."),
    "WAKTI_SERVICE_ROLE_KEY": Variable("key", "*set by `up`*", "The legacy service_role key."),
    "WAKTI_LAUNCHER": Variable("JSON", "*set by `up`*", "What runs the functions reads it."),
    "WAKTI_LAUNCHER_PORT": Variable("port", "*set by `up`*", "Where that listens."),
    "WAKTI_LAUNCHER_TOKEN": Variable("text", "*set by `up`*", "What it wants to hear first."),
    "WAKTI_HAS_FUNCTIONS": Variable("`True` or `False`", "*set by `up`*", "Whether it runs."),
    "WAKTI_WALL_CLOCK": Variable("seconds", "*set by `up`*", "As above."),
    "WAKTI_SCHEMAS": Variable("JSON list", "*set by `up`*", "Schemas of the Data API."),
    "WAKTI_EXTRA_SEARCH_PATH": Variable("JSON list", "*set by `up`*", "As in `config.toml`."),
    "WAKTI_MAX_ROWS": Variable("number", "*set by `up`*", "The most rows of an answer."),
    "WAKTI_DASHBOARD_DIR": Variable("folder", "*set by `up`*", "The owner's page."),
    "WAKTI_LOGS_DIR": Variable("folder", "*set by `up`*", "Where the logs are."),
    "WAKTI_AUTH": Variable("JSON", "*set by `up`*", "The settings of Auth."),
    "WAKTI_HIDDEN": Variable(
        "names, commas between",
        "*set by `up`*",
        "Variables that a function must not see, as on the platform.",
    ),
}
_OF_THE_REPOSITORY = {
    "WAKTI_FUZZ_CASES": Variable("number", "225", "How many requests the fuzzing test sends."),
    "WAKTI_PLATFORM_DATA": Variable(
        "folder", "beside the checkout", "The platform's own API description, for `tests/deploy`."
    ),
    "WAKTI_DATA": Variable("folder", "memory, where there is room", "As above."),
    "WAKTI_TESTS_STACK": Variable(
        "folder", _NONE, "The project of a running stack, which the tests then use."
    ),
    "WAKTI_MUTANTS_COPY": Variable(
        "text", "*set by `make mutants`*", "That this is the copy of the repository."
    ),
    "PYENV_ROOT": Variable("folder", "`~/.pyenv`", "Other Pythons that the wheel is tried with."),
    "PATH": Variable("folders", "the system's", "Where programs are found."),
}


def sections() -> tuple[Section, ...]:
    """The page's parts, each with what its code reads."""
    package = set(variables.of_python("wakti_sb"))
    package = {name.upper() for name in package}  # a proxy may be named in small letters
    services = set(variables.of_typescript("wakti_sb"))
    commands = set(variables.of_the_commands())
    launcher = {name for name in package if name.startswith("WAKTI_LAUNCHER")}
    toolkit = package - commands - launcher
    repository = set(variables.of_python("tests")) | set(variables.of_python("bench"))
    return (
        Section(
            "Commands",
            "Each stands for an option. An empty one counts as not set.",
            _OF_COMMANDS,
            frozenset(commands),
        ),
        Section(
            "The pytest plugin",
            "Each stands for the option `--wakti-NAME`.",
            _OF_THE_PLUGIN,
            frozenset(variables.of_the_plugin()),
        ),
        Section(
            "The toolkit and this machine",
            "No option stands for these. Proxies may be written in small letters too.",
            _OF_THE_TOOLKIT,
            frozenset(toolkit),
        ),
        Section(
            "The edge function `project-backend-api`",
            "On the platform, `deploy` sets `WAKTI_DB_URL`. The platform sets those that begin with"
            " `SUPABASE_`.",
            _OF_THE_FUNCTION,
            frozenset(variables.of_typescript("edge_function_templates")),
        ),
        Section(
            "Between the processes of the local stack",
            "`up` sets them for the processes that it starts. They are not for people, and the"
            " environment of `up` does not change them.",
            _OF_THE_STACK,
            frozenset(services | launcher),
        ),
        Section(
            "Tests and benchmarks of this repository",
            "Of no use outside a checkout.",
            _OF_THE_REPOSITORY,
            frozenset(repository),
        ),
    )


def page() -> str:
    """The text of the page."""
    return "\n".join((_HEAD, *(_section(one) for one in sections())))


def _section(section: Section) -> str:
    return "\n".join((f"## {section.title}\n\n{section.about}\n", *_table(section), ""))


def _table(section: Section) -> Iterable[str]:
    options = variables.of_the_commands() if section.described is _OF_COMMANDS else {}
    yield "| variable | value | default | |"
    yield "| --- | --- | --- | --- |"
    for name, one in section.described.items():
        option = "".join(f"`{flag}`. " for flag in options.get(name, ()))
        yield f"| `{name}` | {one.type} | {one.default} | {option}{one.meaning} |"
