"""What a machine can lack or hold against us: one clear sentence each, and nothing half made."""

from __future__ import annotations

import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.command_line import assert_one_clear_sentence, wakti


@pytest.mark.slow
def test_a_port_that_is_taken_is_named_with_its_holder(project: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        done = wakti("up", "--port", str(port), cwd=project)

    assert_one_clear_sentence(done)
    holder_name = psutil.Process().name()
    assert f"port {port} (API) is taken by {holder_name}" in done.stderr


@pytest.mark.slow
def test_without_a_network_the_first_up_says_so_and_leaves_nothing_running(project: Path) -> None:
    # Not below pytest's folder, which root's server cannot reach.
    with tempfile.TemporaryDirectory() as cache:
        Path(cache).chmod(0o755)
        offline = {"WAKTI_CACHE": cache, "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9"}

        done = wakti("up", "--port", "0", cwd=project, env=offline)

    assert_one_clear_sentence(done)
    assert re.search(r"\w+\.\w+\.\w+ is out of reach", done.stderr)
    assert_one_clear_sentence(wakti("status", cwd=project))


@pytest.mark.slow
def test_a_registry_is_trusted_as_this_machine_does(project: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as cache, _registry(tmp_path / "authority.pem") as port:
        Path(cache).chmod(0o755)
        env = {"WAKTI_CACHE": cache, "NPM_CONFIG_REGISTRY": f"https://localhost:{port}"}
        unknown = wakti("up", "--port", "0", cwd=project, env=env)
        known = {"SSL_CERT_FILE": str(tmp_path / "authority.pem"), **env}
        trusted = wakti("up", "--port", "0", cwd=project, env=known)

    assert_one_clear_sentence(unknown)
    assert "the certificate of localhost is signed by nobody" in unknown.stderr
    assert "DENO_CERT" in unknown.stderr
    assert_one_clear_sentence(trusted)  # it has no packages
    assert "certificate" not in trusted.stderr


@contextmanager
def _registry(authority: Path) -> Iterator[int]:
    """A registry without packages, whose certificate is written to `authority`; its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = authority.with_suffix(".key")
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, private)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_once_fetched_no_network_is_needed(project: Path) -> None:
    offline = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    assert wakti("up", "--port", "0", cwd=project).returncode == 0
    assert wakti("down", cwd=project).returncode == 0

    done = wakti("up", "--port", "0", cwd=project, env=offline)

    assert done.returncode == 0, done.stderr


def test_a_missing_postgresql_is_named(project: Path) -> None:
    done = wakti("up", "--port", "0", cwd=project, env={"WAKTI_POSTGRES": "/nowhere"})
    assert_one_clear_sentence(done)
    assert "/nowhere" in done.stderr


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("echo 'postgres (PostgreSQL) 14.9'", "too old: postgres (PostgreSQL) 14.9"),
        ("echo hello", "too old: hello"),
        ("exit 1", "does not run here"),
    ],
)
def test_a_postgresql_that_is_too_old_or_ill_is_named(
    project: Path, tmp_path: Path, says: str, told: str
) -> None:
    program = tmp_path / "old" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    env = {"WAKTI_POSTGRES": str(program.parent.parent)}
    done = wakti("up", "--port", "0", cwd=project, env=env)
    assert_one_clear_sentence(done)
    assert told in done.stderr
    assert told in wakti("doctor", cwd=project, env=env).stdout


def test_an_empty_setting_is_none(project: Path) -> None:
    done = wakti("doctor", cwd=project, env={"WAKTI_POSTGRES": "", "WAKTI_CACHE": ""})
    assert "PostgreSQL: postgres (PostgreSQL) 17" in done.stdout


def test_a_cache_may_be_named_from_where_one_stands(project: Path) -> None:
    done = wakti("doctor", cwd=project, env={"WAKTI_CACHE": "kept"})
    assert f"cache: {project / 'kept'}" in done.stdout


@pytest.mark.slow
def test_a_missing_deno_is_named_with_the_command_that_mends_it(
    project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "shadow" / "deno"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(
        "def find_deno_bin():\n    raise FileNotFoundError('no wheel for this platform')\n"
    )

    done = wakti("up", "--port", "0", cwd=project, env={"PYTHONPATH": str(broken.parent)})

    assert_one_clear_sentence(done)
    assert "pip install deno" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(project: Path) -> None:
    (project / ".wakti").write_text("in the way")
    done = wakti("up", "--port", "0", cwd=project)
    (project / ".wakti").unlink()
    assert_one_clear_sentence(done)
    assert "cannot write here" in done.stderr


def test_a_folder_that_is_no_project_is_named_before_anything_is_made(tmp_path: Path) -> None:
    done = wakti("up", "--port", "0", cwd=tmp_path)
    assert_one_clear_sentence(done)
    assert "wakti-sb init" in done.stderr
    assert "PostgreSQL" not in done.stderr


def test_a_broken_config_is_named_with_section_and_key(project: Path) -> None:
    (project / "supabase" / "config.toml").write_text('[api]\nport = "many"\n')
    done = wakti("up", cwd=project)
    assert_one_clear_sentence(done)
    assert "[api] port = 'many' is not a number" in done.stderr


@pytest.mark.slow
def test_a_migration_that_fails_is_named_with_file_and_line(project: Path) -> None:
    file = project / "supabase" / "migrations" / "20260102000000_broken.sql"
    file.write_text("select 1;\nselect 1 from nowhere;\n")

    done = wakti("up", "--port", "0", cwd=project)

    assert_one_clear_sentence(done)
    assert "20260102000000_broken.sql:2" in done.stderr

    file.write_text("select 1;\n")
    assert wakti("up", "--port", "0", cwd=project).returncode == 0


def test_doctor_is_content_with_a_project_of_functions_alone(tmp_path: Path) -> None:
    assert "supabase/migrations" in wakti("doctor", cwd=tmp_path).stdout
    (tmp_path / "supabase" / "functions" / "hello").mkdir(parents=True)
    assert "supabase/migrations" not in wakti("doctor", cwd=tmp_path).stdout


def test_doctor_names_a_cache_that_is_closed_once(project: Path) -> None:
    done = wakti("doctor", cwd=project, env={"WAKTI_CACHE": "/proc/nowhere"})
    assert_one_clear_sentence(done)
    assert done.stdout.count("/proc/nowhere") == 1
    assert "missing  cache: " in done.stdout
    assert "missing  Deno" not in done.stdout


def test_doctor_names_what_is_missing(project: Path) -> None:
    well = wakti("doctor", cwd=project)
    assert "PostgreSQL: postgres (PostgreSQL) 17" in well.stdout

    ill = wakti("doctor", cwd=project, env={"WAKTI_POSTGRES": "/nowhere"})
    assert_one_clear_sentence(ill)
    assert "missing  PostgreSQL" in ill.stdout
