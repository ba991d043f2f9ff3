"""Load generators: wrk over HTTP, pgbench over SQL. Each tells requests a second and the p99."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench._report import p99
from wakti_sb.errors import EnvironmentProblem, StackError

CONNECTIONS = 16

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Request:
    """One request to repeat.

    Parameters:
        url: with its query.
        body: JSON to post; None for a GET.
        headers: sent with it.
    """

    url: str
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """One run of a load generator.

    Parameters:
        requests: how many were answered.
        rate: requests a second.
        p99: milliseconds within which 99 of 100 were answered.
    """

    requests: int
    rate: float
    p99: float


def wait_for(url: str) -> None:
    """Wait until a server answers. Raise StackError if it does not within 10 seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise StackError("this contender does not answer.", place=url)


def wrk(request: Request, seconds: int) -> Sample:
    """Repeat a request over 16 connections.

    Raise StackError if any answer was not a 2xx, EnvironmentProblem without wrk.
    """
    output = flood(request, seconds)
    if "Non-2xx" in output or "Socket errors" in output:
        raise StackError(
            f"not every request was answered with success: {output}", place=request.url
        )
    requests = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    if requests is None or rate is None or slow is None:
        raise StackError(f"wrk said something unexpected: {output}")
    return Sample(int(requests[1]), float(rate[1]), float(slow[1]) * _UNITS[slow[2]])


def flood(request: Request, seconds: int) -> str:
    """Repeat a request over 16 connections, whatever is answered. Result: what wrk says.

    Raise EnvironmentProblem without wrk.
    """
    program = shutil.which("wrk")
    if program is None:
        raise EnvironmentProblem(
            "wrk, which makes the load, is not installed.", remedy="Run: apt-get install wrk"
        )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "request.lua"
        script.write_text(_lua(request))
        command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
        command += ["--timeout", "10s", "-s", str(script), request.url]
        return _output(command)


def pgbench(program: str, url: str, statement: str, seconds: int) -> Sample:
    """Repeat a prepared statement over 4 connections, as many as the function may have."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statement.sql"
        script.write_text(f"{statement};\n")
        logs = Path(folder) / "log"
        command = [program, "-n", "-M", "prepared", "-c4", "-j1", f"-T{seconds}", "-f", str(script)]
        command += ["-l", f"--log-prefix={logs}", url]
        output = _output(command)
        latencies = [
            int(line.split()[2])
            for file in Path(folder).glob("log.*")
            for line in file.read_text().splitlines()
        ]
    rate = re.search(r"tps = ([\d.]+)", output)
    if rate is None or not latencies:
        raise StackError(f"pgbench said something unexpected: {output}")
    return Sample(len(latencies), float(rate[1]), p99(latencies) / 1000)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise StackError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout


def _lua(request: Request) -> str:
    headers = "".join(
        f'wrk.headers["{name}"] = "{value}"\n' for name, value in request.headers.items()
    )
    if request.body is None:
        return f'wrk.method = "GET"\n{headers}'
    body = json.dumps(request.body).replace("\\", "\\\\").replace("'", "\\'")
    return (
        f'wrk.method = "POST"\n{headers}'
        f"wrk.body = '{body}'\n"
        'wrk.headers["Content-Type"] = "application/json"\n'
    )
