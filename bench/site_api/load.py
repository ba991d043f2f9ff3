"""Load generators: wrk over HTTP, pgbench over SQL. Each tells requests a second and the p99."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Request:
    """One request to repeat.

    Parameters:
        url: with its query.
        body: JSON to post; None for a GET.
    """

    url: str
    body: dict[str, object] | None = None


@dataclass(frozen=True)
class Sample:
    """One run of a load generator.

    Parameters:
        rate: requests a second.
        p99: milliseconds within which 99 of 100 were answered.
    """

    rate: float
    p99: float


def wrk(request: Request, seconds: int) -> Sample:
    """Repeat a request over 16 connections. Raise RuntimeError if any answer was not a 2xx."""
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "request.lua"
        script.write_text(_lua(request))
        command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
        command += ["--timeout", "10s", "-s", str(script), request.url]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{request.url}: {output}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    if rate is None or p99 is None:
        raise RuntimeError(f"wrk said something unexpected: {output}")
    return Sample(float(rate[1]), float(p99[1]) * _UNITS[p99[2]])


def pgbench(program: str, url: str, statement: str, seconds: int) -> Sample:
    """Repeat a prepared statement over 4 connections, as the function's pool has."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statement.sql"
        script.write_text(f"{statement};\n")
        logs = Path(folder) / "log"
        command = [program, "-n", "-M", "prepared", "-c4", "-j1", f"-T{seconds}", "-f", str(script)]
        command += ["-l", f"--log-prefix={logs}", url]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        latencies = sorted(
            int(line.split()[2])
            for file in Path(folder).glob("log.*")
            for line in file.read_text().splitlines()
        )
    rate = re.search(r"tps = ([\d.]+)", output)
    if rate is None or not latencies:
        raise RuntimeError(f"pgbench said something unexpected: {output}")
    return Sample(float(rate[1]), latencies[int(len(latencies) * 0.99)] / 1000)


def _lua(request: Request) -> str:
    if request.body is None:
        return 'wrk.method = "GET"\n'
    body = json.dumps(request.body).replace("\\", "\\\\").replace("'", "\\'")
    return (
        'wrk.method = "POST"\n'
        f"wrk.body = '{body}'\n"
        'wrk.headers["Content-Type"] = "application/json"\n'
    )
