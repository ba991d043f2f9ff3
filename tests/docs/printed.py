"""The commands that the pages print: found in them, and what it takes to run each.

A command is a line of a block (fenced, or indented by four spaces) that begins with a program. So
is what follows `Example:` in the reference of commands. `PAGES` says in what project a page's
commands run, `STEPS` what a single one needs besides, and `NOT_RUN` why one is not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PROGRAMS = (
    "wakti-sb|pip (?:un)?install|make|cd|pytest|python|supabase|apt-get|npm|npx|git|docker|psql"
    "|curl"
)
_WORDS = "export|echo|eval|mkdir"
_COMMAND = re.compile(rf"(?:[A-Z_]+=\S+ )*(?:{_PROGRAMS}|{_WORDS})(?: |$)")
_EXAMPLE = re.compile(r"^ *Example: (.+(?:\n +\S.*)*)", re.M)


@dataclass(frozen=True)
class Command:
    """A command of a page, without its remark.

    Parameters:
        prints: the lines that the page shows below it, where the command stands after `$ `.
    """

    page: str
    text: str
    prints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What it takes to run one command.

    Parameters:
        scene: where it runs, if not where the rest of its page does.
        before: shell that makes true what the page takes for granted.
        code: the exit code that the page promises; None: it runs until it is stopped.
        instead: words of the command, and what stands for them here.
    """

    scene: str | None = None
    before: str = ""
    code: int | None = 0
    instead: Mapping[str, str] | None = None


# The project in which the commands of a page run (scenes.py).
PAGES = {
    "README.md": "tutorial",
    "adopt.md": "live",
    "backup.md": "backend",
    "benchmarks.md": "checkout",
    "ci.md": "backend",
    "commands.md": "backend",
    "deploy.md": "hosted",
    "embedded-stack.md": "backend",
    "install.md": "backend",
    "lint.md": "backend",
    "migrations.md": "backend",
    "official-stack.md": "official_stack",
    "pytest.md": "in_bare",
    "rls.md": "bare",
    "supabase/README.md": "backend",
    "test.md": "backend",
}

# What stands for words that a person has to fill in.
WORDS = (
    (r"(--(?:wakti-)?url) …", r'\1 "$API_URL"'),
    (r"(--(?:wakti-)?publishable-key) …", r'\1 "$PUBLISHABLE_KEY"'),
    (r"(--(?:wakti-)?secret-key) …", r'\1 "$SECRET_KEY"'),
    (r"(--db-url) (?:…|URL)", r'\1 "$DB_URL"'),
    (r"postgresql://\S*…", '"$DB_URL"'),
    (r"sb_publishable_…", '"$PUBLISHABLE_KEY"'),
    (r"sb_secret_…", '"$SECRET_KEY"'),
    (r"sbp_…", '"$SUPABASE_ACCESS_TOKEN"'),
    (r"https://abcdefgh\.supabase\.co|http://127\.0\.0\.1:54321", '"$API_URL"'),
    (r"wakti-sb up(?! .*--(?:port|stack))", "wakti-sb up --port 0"),
)


_UP = 'wakti-sb up --port 0 && eval "$(wakti-sb status -o env)"'
_WITH_SECRET = f'{_UP} && export WAKTI_JWT_SECRET="$JWT_SECRET"'
_SITE = f'{_UP} && SITE=$(python {ROOT}/tests/docs/a_site.py "$DB_URL")'
_MODEL = "[ -f wakti.toml ] || wakti-sb rls init --write"
_ONE_TEST = "begin; select plan(1); select pass(); select * from finish(); rollback;"
_PGTAP = f"mkdir -p supabase/tests && echo '{_ONE_TEST}' > supabase/tests/a.sql"
_OTHER_CACHE = "export WAKTI_CACHE=$(mktemp -d)"
_VERSION = {"VERSION": "20260101000100"}
_AT_THE_SERVER = {"wakti-sb deploy": 'wakti-sb deploy --url "$PLATFORM"'}  # the tests' own
_SAID_YES = {"wakti-sb deploy": 'wakti-sb deploy --yes --url "$PLATFORM"'}  # nobody is asked

# By page and command.
STEPS: dict[tuple[str, str], Step] = {
    ("README.md", "wakti-sb rls test"): Step(code=1),
    ("README.md", "wakti-sb init"): Step("empty"),
    ("README.md", "wakti-sb up"): Step("empty"),
    ("adopt.md", 'wakti-sb adopt --check --db-url "$DB_URL"'): Step(code=1),
    ("backup.md", "wakti-sb backup --output monday.zip"): Step(before=_UP),
    (
        "backup.md",
        "wakti-sb restore monday.zip --url … --publishable-key … --secret-key … --db-url …",
    ): Step(instead={"monday.zip": "monday.zip --yes"}),
    ("backup.md", "wakti-sb export --site UUID --output my-site"): Step(
        before=_SITE, instead={"UUID": '"$SITE"'}
    ),
    ("ci.md", 'wakti-sb migrate --dry-run --db-url "$DB_URL"'): Step(before=_UP),
    ("commands.md", "mkdir shop && cd shop && wakti-sb init"): Step("empty"),
    ("commands.md", 'eval "$(wakti-sb status -o env)"'): Step(before=_UP),
    ("commands.md", "wakti-sb logs api -f"): Step(code=None),
    ("commands.md", "wakti-sb adopt --check --db-url postgresql://…"): Step("live", code=1),
    ("commands.md", "wakti-sb link --project-ref abcdefghijklmnopqrst"): Step("hosted"),
    ("commands.md", "wakti-sb deploy --project-ref abcdefghijklmnopqrst --dry-run"): Step(
        "hosted", instead=_AT_THE_SERVER
    ),
    ("commands.md", "wakti-sb restore monday.zip --yes"): Step(before="wakti-sb reset"),
    ("commands.md", "wakti-sb export --site UUID --output my-site"): Step(
        before=_SITE, instead={"UUID": '"$SITE"'}
    ),
    (
        "commands.md",
        "wakti-sb dashboard --url https://abcdefgh.supabase.co --key sb_publishable_…",
    ): Step(before=_UP, code=None),
    ("commands.md", "wakti-sb test db --junit report.xml"): Step(before=_PGTAP),
    ("commands.md", 'wakti-sb rls explain "notes: another owner cannot see this row"'): Step(
        "in_bare", before=_MODEL
    ),
    ("commands.md", "wakti-sb rls fix --write"): Step("in_bare"),
    ("commands.md", "wakti-sb rls init --write"): Step("in_bare", before="rm wakti.toml"),
    ("commands.md", "wakti-sb rls mutate --min-score 1.0"): Step("in_bare"),
    ("commands.md", "wakti-sb rls test --html matrix.html --junit rls.xml"): Step("in_bare"),
    # It wants ports that nobody else has, or a stack of this project's own.
    ("commands.md", "wakti-sb doctor"): Step(before="wakti-sb up --port 0"),
    ("commands.md", "wakti-sb cache clean"): Step(before=_OTHER_CACHE),
    ("deploy.md", "wakti-sb deploy --dry-run"): Step(instead=_AT_THE_SERVER),
    ("deploy.md", "wakti-sb deploy"): Step(instead=_SAID_YES),
    (
        "deploy.md",
        "wakti-sb deploy --url https://api.example.org --publishable-key … --secret-key …"
        " --db-url …",
    ): Step(
        "backend",
        before=_UP,
        instead={"wakti-sb deploy": "wakti-sb deploy --yes", "https://api.example.org": "…"},
    ),
    ("embedded-stack.md", "WAKTI_POSTGRES=/usr/lib/postgresql/15 wakti-sb up"): Step(
        "own_postgres"
    ),
    ("install.md", "wakti-sb doctor"): Step(before="wakti-sb up --port 0"),
    ("install.md", "wakti-sb cache clean"): Step(before=_OTHER_CACHE),
    ("lint.md", "wakti-sb lint --db-url URL"): Step(before=_UP, code=1),
    ("migrations.md", "wakti-sb migrate --status"): Step(before=_UP),
    ("migrations.md", "wakti-sb migrate --repair applied VERSION"): Step(instead=_VERSION),
    ("migrations.md", "wakti-sb migrate --repair reverted VERSION"): Step(instead=_VERSION),
    (
        "rls.md",
        "wakti-sb rls --url http://127.0.0.1:54321 --db-url postgresql://postgres:…"
        " --publishable-key sb_publishable_… --secret-key sb_secret_… test --through-client",
    ): Step(before=_WITH_SECRET),
    ("rls.md", "wakti-sb rls cost"): Step(code=1),
    ("supabase/README.md", "wakti-sb migrate --dry-run"): Step(before=_UP),
    ("test.md", "export WAKTI_URL=https://abcdefgh.supabase.co"): Step(before=_UP),
    ("test.md", "wakti-sb test db"): Step(before=_PGTAP),
}

# Pages with a test of their own, which runs their commands and more.
ELSEWHERE = {"tutorial.md": "tests/docs/test_tutorial.py"}

# Why a command that is printed is not run by the test of the pages.
NOT_RUN: dict[str, str] = {
    "pip install wakti-sb": "the package is on no index",
    "pip install ./wakti-sb": "fetches packages; tests/test_wheel.py installs the built wheel",
    "pip uninstall wakti-sb": "would remove what the tests run",
    "make check": "`.ci/run` runs it",
    "make demo": "`.ci/run` runs it",
    "make test": "`.ci/run` runs it",
    "make test-slow": "`.ci/run` runs it",
    "make coverage": "runs tests of `make test` again, measured",
    "make mutants": "takes half an hour",
    'make mutants MUTANTS="judge rights --most 40"': "takes minutes",
    'make mutants MUTANTS="judge --sample 1"': "takes minutes",
    'make mutants MUTANTS="judge --most 0 --all"': "takes minutes",
    "make format": "would change the checkout",
    "pytest tests/dashboard": "is a part of `make test`",
    "python -m tests.dashboard.screenshots": "would change the pictures of the checkout",
    "python -m bench.dashboard": "takes minutes on a quiet machine",
    "wakti-sb bench policies": "takes minutes on a quiet machine",
    "wakti-sb bench policies --runs 3 --json": "takes minutes on a quiet machine",
    "wakti-sb bench site-api --runs 3 --json": "takes minutes on a quiet machine",
    "apt-get install postgresql-15 postgresql-15-postgis-3 postgresql-15-pgtap": (
        "changes the machine; `.ci/run` installs the same"
    ),
}


def commands() -> list[Command]:
    """Every command of every page, in its order."""
    pages = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    named = {page.name: page for page in pages if page.name not in ELSEWHERE}
    named |= {"README.md": ROOT / "README.md", "docs/README.md": ROOT / "docs" / "README.md"}
    named["supabase/README.md"] = ROOT / "supabase" / "README.md"  # `generate` writes it
    return [
        Command(name, text, prints)
        for name, page in named.items()
        for text, prints in of(page.read_text("utf-8"))
    ]


def of(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The commands of a page, each with the lines that it prints there."""
    for language, block in _blocks(text):
        if language in ("", "sh", "bash", "console"):
            yield from _of_block(block)
        for example in _EXAMPLE.findall(block):
            yield re.sub(r"\s+", " ", example), ()


def _of_block(block: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    joined = re.sub(r" *\\\n\s*", " ", block)
    prompt = "$ " if re.search(r"^\$ ", joined, re.M) else ""
    lines = joined.splitlines()
    for number, line in enumerate(lines):
        bare = re.sub(r"\s+# .*$", "", line.strip().removeprefix("$ "))
        if line.startswith(prompt) and _COMMAND.match(bare):
            below = takewhile(lambda one: not one.startswith("$ "), lines[number + 1 :])
            yield bare, tuple(one.strip() for one in below) if prompt else ()


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each block with its language, in the order of the page."""
    fenced = re.compile(r"^```(\w*)\n(.*?)^```|((?:^    [^\n]*\S[^\n]*\n)+)", re.M | re.S)
    for language, inner, indented in fenced.findall(text):
        yield language, re.sub("^    ", "", indented, flags=re.M) if indented else inner
