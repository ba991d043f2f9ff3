"""The use case: plan a deployment, carry it out, and see that the project is well afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wakti_sb import migrate
from wakti_sb.deploy import check, sources
from wakti_sb.deploy.errors import DeployError
from wakti_sb.deploy.look import look
from wakti_sb.deploy.plan import EDGE_SECRET, Login, Plan, Wanted, make
from wakti_sb.deploy.plan import Step as Phase
from wakti_sb.deploy.steps import database as in_database
from wakti_sb.deploy.steps import functions, settings
from wakti_sb.deploy.target import Database, Hosted, Place
from wakti_sb.errors import WaktiError
from wakti_sb.events import Listener, Notice, Step
from wakti_sb.migrate import OnEvent
from wakti_sb.spec import load as load_spec
from wakti_sb.stack import Endpoint, probe
from wakti_sb.stack import config as configuration
from wakti_sb.stack.machine import cache, find_deno

SPEC = "wakti.toml"


def read_project(
    project: Path,
    *,
    secrets: Mapping[str, str],
    include_all: bool = False,
    renew_login: bool = False,
    one_module: bool = True,
) -> Wanted:
    """What the files of a project say. Raise a WaktiError where they cannot be used."""
    config = configuration.read(project)
    data_api = _data_api(project)
    migrations = project / "supabase" / "migrations"  # a team may have functions alone
    return Wanted(
        migrations=migrate.read(migrations) if migrations.is_dir() else (),
        config=config,
        functions=sources.read(project, find_deno(cache()), one_module=one_module),
        schemas=tuple(data_api["schemas"]) if "schemas" in data_api else None,
        max_rows=data_api.get("max_rows"),
        spec=load_spec(project / SPEC) if (project / SPEC).is_file() else None,
        secrets=secrets,
        include_all=include_all,
        renew_login=renew_login,
    )


class Deployment:
    """One deployment of a project to a place.

    Parameters:
        wanted: what the project's files say.
        listener: is told of each step.
        on_event: is told what the migrations do.
    """

    def __init__(self, place: Place, wanted: Wanted, listener: Listener, on_event: OnEvent) -> None:
        self._place = place
        self._wanted = wanted
        self._tell = listener
        self._on_event = on_event
        self._database: Database | None = None
        self._edge_url: str | None = None
        self._endpoint: Endpoint | None = None

    def plan(self) -> Plan:
        """Compare the files with what is there; changes nothing.

        Raise StackError if the project does not answer to its own keys.
        """
        self._api()
        return make(self._wanted, look(self._place), self._place.name)

    def carry_out(self, plan: Plan) -> None:
        """Do what the plan says, in its order. Raise what stopped it; doing it again goes on.

        Nobody else deploys meanwhile, and nobody has since the plan was made.
        """
        if plan.is_empty:
            return
        with in_database.alone(self._opened()):
            if self.plan().lines != plan.lines:
                raise DeployError(
                    "the project has changed since it was looked at: nothing was done.",
                    place=self._place.name,
                    remedy="Somebody else deployed. Run this again, and look at the plan.",
                )
            self._carry_out(plan)

    def _carry_out(self, plan: Plan) -> None:
        steps: list[tuple[Phase, bool, Callable[[Plan], None]]] = [
            (Phase.MIGRATIONS, bool(plan.migrations), self._migrate),
            (Phase.LOGIN, plan.login is not Login.NONE, self._give_login),
            (Phase.BUCKETS, bool(plan.buckets), self._set_buckets),
            (Phase.FUNCTIONS, bool(plan.functions), self._send_functions),
            (Phase.SECRETS, bool(plan.secrets) or plan.login is not Login.NONE, self._set_secrets),
            (
                Phase.SETTINGS,
                (plan.schemas, plan.max_rows, plan.largest_file) != (None, None, None),
                self._set_settings,
            ),
        ]
        todo = [(phase, work) for phase, wanted, work in steps if wanted]
        for number, (phase, work) in enumerate(todo):
            self._tell(Step(phase.value, number, len(todo)))
            try:
                work(plan)
            except WaktiError:
                self._tell(Notice(_progress([one for one, _ in todo], number)))
                raise

    def check(self) -> tuple[check.Check, ...]:
        """See that the live project is well. A function that is not found is sent once more."""
        return check.everything(self._place, self._api(), self._wanted, self._recover)

    def _migrate(self, _plan: Plan) -> None:
        in_database.apply_migrations(
            self._opened(),
            self._wanted.migrations,
            include_all=self._wanted.include_all,
            on_event=self._on_event,
        )

    def _give_login(self, plan: Plan) -> None:
        assert isinstance(self._place, Hosted)  # noqa: S101  # others plan no login
        self._edge_url = in_database.give_login(self._place, self._opened(), plan.login)

    def _set_buckets(self, plan: Plan) -> None:
        in_database.set_buckets(self._opened(), plan.buckets)

    def _send_functions(self, plan: Plan) -> None:
        self._send(plan.functions)

    def _send(self, wanted: tuple[sources.FunctionSource, ...]) -> None:
        api = self._place.management
        assert api is not None  # noqa: S101  # others plan no functions
        sent = functions.send(api, wanted)
        digests = {one.name: one.digest for one in wanted}
        remembered = {name: (digests[name], there.edition) for name, there in sent.items()}
        in_database.remember_functions(self._opened(), remembered)

    def _set_secrets(self, plan: Plan) -> None:
        api = self._place.management
        assert api is not None  # noqa: S101  # others plan no secrets
        login = {} if self._edge_url is None else {EDGE_SECRET: self._edge_url}
        database = None if self._edge_url is None else self._opened()
        settings.set_secrets(api, database, {**plan.secrets, **login})

    def _set_settings(self, plan: Plan) -> None:
        assert self._place.management is not None  # noqa: S101  # others plan no settings
        settings.set_settings(self._place.management, plan)

    def _recover(self, source: sources.FunctionSource, *, is_gone: bool) -> bool:
        """Send a function again that the platform lost; have others sent by the next deployment."""
        if is_gone:
            self._tell(Notice(f"{source.name} is deployed and not found: it is sent once more."))
            self._send((source,))
        else:
            in_database.forget_function(self._opened(), source.name)
        return is_gone

    def _api(self) -> Endpoint:
        """The project's API, which answers to the keys that belong to it."""
        if self._endpoint is None:
            endpoint = self._place.endpoint()
            probe.check(endpoint)
            self._endpoint = endpoint
        return self._endpoint

    def _opened(self) -> Database:
        """One login serves a deployment, as long as it lasts."""
        if self._database is None or self._database.is_over:
            self._database = self._place.database()
        return self._database


def _progress(phases: Sequence[Phase], stopped_in: int) -> str:
    """What was done and what was not, for a person whose deployment stopped."""
    done = ", ".join(phase.value for phase in phases[:stopped_in]) or "nothing"
    left = ", ".join(phase.value for phase in phases[stopped_in + 1 :]) or "nothing"
    return f"done: {done}; stopped in: {phases[stopped_in].value}; not begun: {left}"


def _data_api(project: Path) -> dict[str, Any]:
    """What config.toml itself says of [api]: a default of ours must not change a live project."""
    file = project / "supabase" / "config.toml"
    if not file.is_file():
        return {}
    section = tomllib.loads(file.read_text("utf-8")).get("api", {})
    return section if isinstance(section, dict) else {}
