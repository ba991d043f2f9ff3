"""What the engine knows is frozen: nobody changes a case, a catalog or a condition on its way."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

from wakti_sb import conformance, spec

COLLECTING = {  # these make a plan, or carry one out, and stay where they are
    "conformance.cost.fill.Filler",
    "conformance.propose.settle._Search",
    "conformance.scenario.insert.Inserter",
    "conformance.scenario.plan.Planner",
}


def test_what_the_engine_passes_on_is_frozen() -> None:
    loose = set()
    for package in (conformance, spec):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for each in vars(module).values():
                if isinstance(each, type) and dataclasses.is_dataclass(each):
                    here = each.__module__ == found.name
                    if here and not each.__dataclass_params__.frozen:  # type: ignore[attr-defined]
                        loose.add(f"{found.name.removeprefix('wakti_sb.')}.{each.__name__}")
    assert loose == COLLECTING
