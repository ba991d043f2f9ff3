"""The peers, each in a virtual environment of its own that goes with the measurement."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.rls.contender import Contender
from bench.rls.peers.pgrls import pgrls, pgrls_diff
from bench.rls.peers.policy_tester import policy_tester
from bench.rls.peers.rlsautotest import rlsautotest
from bench.rls.peers.rlsgrid import rlsgrid
from bench.rls.peers.trespass import trespass
from wakti_sb.cli._output import note

PEERS: dict[str, Callable[[str], Contender]] = {
    "rlsgrid": rlsgrid,
    "rlsautotest": rlsautotest,
    "rls-policy-tester": policy_tester,
    "trespass": trespass,
    "pgrls": pgrls,
    "pgrls diff": pgrls_diff,
}


def installed(folder: Path) -> Iterator[Contender]:
    """Those that pip can install; of the others a note says why they are left out."""
    homes: dict[str, subprocess.CompletedProcess[str]] = {}
    for name, peer in PEERS.items():
        program = name.split()[0]
        home = folder / program
        contender = peer(str(home / "bin" / program))
        if program not in homes:
            venv.create(home, with_pip=True)
            homes[program] = subprocess.run(
                [home / "bin" / "pip", "install", "--quiet", contender.package],
                capture_output=True,
                text=True,
            )
        done = homes[program]
        if done.returncode == 0:
            yield contender
        else:
            reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
            note(f"{contender.package} is left out: {reason}")
