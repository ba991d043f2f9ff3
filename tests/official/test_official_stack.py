"""The official local stack, watched through a real Docker engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import assert_one_clear_sentence
from tests.official import engine
from tests.official.fixtures import PROJECT_ID, Official

pytestmark = pytest.mark.slow  # an engine, and containers by the dozen


def containers(host: str) -> set[str]:
    """The names of all containers."""
    return set(engine.docker(host, "ps", "-a", "--format", "{{.Names}}").stdout.split())


def test_up_waits_for_healthy_containers_and_tells_the_addresses(official: Official) -> None:
    done = official.run("up", "--stack", "official")
    assert done.returncode == 0, done.stderr
    env = official.scenario["env"]
    assert isinstance(env, dict)
    assert env["API_URL"] in done.stdout
    done = official.run("status", "--stack", "official", "-o", "json")
    assert json.loads(done.stdout) == env
    assert official.run("status", "--stack", "official").returncode == 0


def test_a_container_that_gets_ill_later_is_named(official: Official, docker_host: str) -> None:
    assert official.run("up", "--stack", "official").returncode == 0
    engine.docker(docker_host, "stop", "-t", "1", f"supabase_rest_{PROJECT_ID}")
    done = official.run("status", "--stack", "official")
    assert_one_clear_sentence(done)
    assert f"supabase_rest_{PROJECT_ID} (exited with code" in done.stderr
    done = official.run("logs", "--stack", "official", "rest")
    assert done.stdout.strip().startswith("rest")
    assert "ready" in done.stdout


def test_an_unhealthy_container_ends_up_with_its_log(official: Official) -> None:
    done = official.run("up", "--stack", "official", ill="kong")
    assert_one_clear_sentence(done)
    assert f"supabase_kong_{PROJECT_ID}: the container is unhealthy" in done.stderr
    assert "  ready" in done.stderr


def test_a_port_that_is_taken_is_said(official: Official) -> None:
    done = official.run("up", "--stack", "official", start="port")
    assert_one_clear_sentence(done)
    assert "a port that the stack needs is taken" in done.stderr


def test_an_image_that_is_not_here_is_said(official: Official) -> None:
    done = official.run("up", "--stack", "official", image="wakti-sb-tests.invalid/nothing:1")
    assert_one_clear_sentence(done)
    assert "an image of the stack is not here and cannot be fetched" in done.stderr


def test_down_removes_what_the_cli_left(official: Official, docker_host: str) -> None:
    assert official.run("up", "--stack", "official").returncode == 0
    engine.docker(
        docker_host, "run", "-d", "--network", "none", "--name", "somebody_elses", engine.IMAGE
    )
    done = official.run("down", "--stack", "official", stop="forgets")
    assert done.returncode == 0, done.stderr
    assert "removed what `supabase stop` had left" in done.stderr
    assert containers(docker_host) == {"somebody_elses"}
    done = official.run("status", "--stack", "official")
    assert_one_clear_sentence(done)
    assert "wakti-sb up --stack official" in done.stderr


def test_reset_is_the_official_one(official: Official) -> None:
    assert official.run("up", "--stack", "official").returncode == 0
    assert official.run("reset", "--stack", "official").returncode == 0
    assert "db reset" in official.asked


def test_a_runtime_without_containers_is_told_by_status_alone(official: Official) -> None:
    official.env |= {"SUPABASE_EXPERIMENTAL_STACK": "1", "DOCKER_HOST": "unix:///nowhere.sock"}
    done = official.run("status", "--stack", "official", native=True)
    assert done.returncode == 0, done.stderr


def test_the_suite_takes_it_like_any_endpoint(official: Official) -> None:
    assert official.run("up", "--stack", "official").returncode == 0
    done = official.run("test", "--stack", "official", "-k", "test_gates")
    assert done.returncode == 0, done.stdout + done.stderr
    # What the model's cases find is for other tests; here they are carried out, there.
    done = official.run("rls", "--stack", "official", "test")
    assert done.returncode in (0, 1), done.stderr
    assert re.search(r"[1-9]\d\d of \d+ cases passed", done.stderr)


def test_the_plugin_takes_it(official: Official) -> None:
    assert official.run("up", "--stack", "official").returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--wakti-rls", "--wakti-stack", "official"],
        cwd=official.folder,
        env=os.environ | official.env,
        capture_output=True,
        text=True,
    )
    assert re.search(r"[1-9]\d\d passed", done.stdout), done.stdout[-2000:] + done.stderr
    official.run("down", "--stack", "official")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--wakti-rls", "--wakti-stack", "official"],
        cwd=official.folder,
        env=os.environ | official.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "the official stack does not run here" in done.stderr


def test_an_engine_that_is_not_there_is_said(official: Official) -> None:
    official.env["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    done = official.run("up", "--stack", "official")
    assert_one_clear_sentence(done)
    assert "no Docker engine answers" in done.stderr
    assert official.asked == []


def test_a_cli_that_is_not_there_is_said(official: Official) -> None:
    official.env["WAKTI_SUPABASE_CLI"] = str(official.folder / "nothing")
    done = official.run("up", "--stack", "official")
    assert_one_clear_sentence(done)
    assert "npm install supabase" in done.stderr


def test_ports_and_omissions_are_for_the_embedded_stack(official: Official) -> None:
    done = official.run("up", "--stack", "official", "--port", "0")
    assert_one_clear_sentence(done)
    assert "for the embedded stack" in done.stderr


def test_the_real_cli_without_images_ends_in_a_sentence(
    official: Official, official_cli: Path
) -> None:
    official.env["WAKTI_SUPABASE_CLI"] = str(official_cli)
    done = official.run("up", "--stack", "official")
    assert_one_clear_sentence(done)
    assert "an image of the stack is not here and cannot be fetched" in done.stderr
