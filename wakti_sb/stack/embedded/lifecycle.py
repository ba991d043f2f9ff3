"""up, down, reset and status of the embedded stack."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from wakti_sb.errors import StackError, UsageError, WaktiError
from wakti_sb.events import LeftOut, Listener, Notice, Step, ignore
from wakti_sb.spec import durable
from wakti_sb.stack import config as configuration
from wakti_sb.stack.condition import Condition
from wakti_sb.stack.embedded import deno, edge, keys, paths, ports, process, remembered, state
from wakti_sb.stack.embedded.copies import Copies
from wakti_sb.stack.embedded.database import Database
from wakti_sb.stack.embedded.installation import install
from wakti_sb.stack.embedded.server import Server
from wakti_sb.stack.embedded.services import API, FUNCTIONS, Services, mark
from wakti_sb.stack.embedded.state import State
from wakti_sb.stack.endpoint import Endpoint

POSTGRES = "postgres"

Page = Callable[[Path, str], object]


def _below(folder: Path) -> str:
    found = paths.projects_below(folder)
    return f": there is {', '.join(map(str, found))}" if found else ""


_OUTDATED = (
    "this database was made by another version of wakti-sb, with that one's roles and schemas;"
    " `wakti-sb down --no-backup` and `wakti-sb up` make it anew."
)

_STEPS = (
    "preparing PostgreSQL",
    "fetching packages",
    "starting PostgreSQL",
    "applying migrations",
    "starting the API",
    "starting the edge functions",
)


class EmbeddedStack:
    """The local stack of one project, without Docker.

    Parameters:
        project: the folder with `supabase/`.
        listener: is told what happens.
        page: writes the owner's page into a folder, for a publishable key; served at `/dashboard/`.
        without: the extensions that the database does without; statements that need them are left
            out. None: those that it did without before.
    """

    def __init__(
        self,
        project: Path,
        listener: Listener = ignore,
        *,
        page: Page | None = None,
        without: Sequence[str] | None = None,
    ) -> None:
        self._config = configuration.read(project)
        self._paths = paths.for_project(project)
        self._tell = listener
        self._page = page
        self._without = without
        self._durable = durable(project)

    @property
    def project(self) -> Path:
        """The folder with `supabase/`."""
        return self._paths.project

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The statements that are left out of the database."""
        return remembered.read(self._paths.state).left_out

    @property
    def extensions(self) -> tuple[str, ...]:
        """The extensions that the database goes without, as it was told."""
        return remembered.read(self._paths.state).extensions

    def up(
        self, *, port: int | None = None, api: bool = True, env_file: Path | None = None
    ) -> Endpoint:
        """Start what does not run yet and apply what is pending.

        Parameters:
            api: whether to start more than the database.
            env_file: variables for the edge functions, in place of `supabase/functions/.env`.
            port: of the API, the database gets the next one; 0 picks two free ports; None takes
                those of `supabase/config.toml`.

        Raise UsageError if this is no project, StackError if the stack runs on another port,
        EnvironmentProblem if the machine lacks something, MigrationError if a migration cannot be
        applied.
        """
        if not paths.is_project(self.project):
            raise UsageError(
                "there is no supabase/migrations here.",
                place=str(self.project),
                remedy="`wakti-sb init` starts a project; --project names one elsewhere"
                f"{_below(self.project)}.",
            )
        paths.make(self._paths)
        with self._locked():
            edge.use(self._paths.functions, env_file)
            before = state.read(self._paths)
            if before is not None and before.complete and not before.dead():
                return self._refresh(before, port)
            if before is not None and before.dead():
                names = ", ".join(before.dead())
                self._tell(Notice(f"{names} had stopped by itself: starting the stack again."))
            self._stop(before)
            try:
                return self._start(self._choose_ports(port, before), api=api)
            except BaseException:  # also Ctrl-C: nothing half made is left behind
                self._stop(state.read(self._paths))
                raise

    def down(self, *, remove_data: bool = False) -> bool:
        """Stop every process of the stack; tell whether there was one.

        Parameters:
            remove_data: also forget database, files, keys and logs.
        """
        if not self._paths.state.exists():
            return False
        with self._locked():
            stopped = self._stop(state.read(self._paths))
            if remove_data:
                self._remove_data()
        return stopped

    def reset(self) -> Endpoint:
        """A clean database with every migration applied, and no files; keys and ports stay.

        Raise StackError if the stack is down.
        """
        self._running()  # no lock without a stack
        with self._locked():
            running = self._running()
            database = self._database(self._server(running.ports))
            self._tell_of(database, database.reset())
            database.let_edge_in(self._keys().edge_password)
            shutil.rmtree(self._paths.storage, ignore_errors=True)
            self._paths.storage.mkdir(mode=0o700)
            if API in running.processes:
                self._services(running.ports).reload()
            return self._endpoint(running.ports)

    def status(self) -> Condition:
        """Whether the stack runs, and what of it."""
        running = state.read(self._paths)
        if running is None:
            return Condition(None)
        memory = {name: one.memory() for name, one in running.processes.items() if one.alive()}
        functions = edge.reports(self._paths.functions)
        return Condition(self._endpoint(running.ports), running.dead(), memory, functions)

    def endpoint(self) -> Endpoint:
        """Where the running stack answers.

        Raise StackError if it is down or a process of it died.
        """
        return self._endpoint(self._running().ports)

    def copies(self) -> Copies:
        """Copies of the database as it is when it is new.

        Raise StackError if the stack is down.
        """
        return Copies(self._server(self._running().ports))

    def about_config(self) -> tuple[str, ...]:
        """A sentence for what config.toml says in vain, and for where the official CLI would go.

        Its local commands go to the port of config.toml, whosever database answers there.
        """
        said = configuration.unheeded(self.project)
        running = state.read(self._paths)
        expected = self._config.db_port
        elsewhere = running is not None and running.ports.db != expected
        if running is None or not elsewhere or not (self.project / configuration.FILE).is_file():
            return said
        whose = "another database" if ports.listens(expected) else "nobody"
        told = (
            f"the database is on port {running.ports.db}; the official CLI's local commands look"
            f" on {expected}, where {whose} answers. Give them --db-url, or set [db] port."
        )
        return (*said, told)

    def logs(self) -> dict[str, Path]:
        """The log file of each process of the last `up`, and of each edge function, by name."""
        files = {file.stem: file for file in sorted(self._paths.logs.glob("*.log"))}
        for file in sorted(self._paths.function_logs.glob("*.log")):
            files[file.stem if file.stem not in files else f"functions/{file.stem}"] = file
        return files

    def _running(self) -> State:
        running = state.read(self._paths)
        if running is None:
            raise StackError("no stack runs here.", remedy="Run: wakti-sb up")
        if running.dead():
            raise StackError(
                f"the stack is broken: {', '.join(running.dead())} stopped by itself.",
                place=str(self._paths.logs),
                remedy="The logs above say why. `wakti-sb up` mends it.",
            )
        return running

    def _refresh(self, running: State, port: int | None) -> Endpoint:
        if port and port != running.ports.api:
            raise StackError(
                f"the stack already runs on port {running.ports.api}.",
                remedy="Run `wakti-sb down` first.",
            )
        self._tell(Notice("the stack already runs; applying what is pending."))
        database = self._database(self._server(running.ports))
        self._tell_of(database, database.bring_up_to_date())
        database.let_edge_in(self._keys().edge_password)
        if API in running.processes:
            self._serve_functions(running.ports)
        return self._endpoint(running.ports)

    def _start(self, chosen: ports.Ports, *, api: bool) -> Endpoint:
        self._paths.logs.mkdir(mode=0o700, exist_ok=True)
        self._paths.storage.mkdir(mode=0o700, exist_ok=True)
        self._step(0)
        server = self._server(chosen)
        database = self._database(server)
        if not server.initialized:
            server.initialize(mark(self._paths))
        elif server.outdated:
            self._tell(Notice(_OUTDATED))
        self._step(1)
        services = self._services(chosen)
        if api:
            services.install()
            services.prepare(lambda name, one: self._remember(chosen, name, one))
            self._write_page()
        self._step(2)
        self._remember(chosen, POSTGRES, server.start(mark(self._paths)))
        server.imitate_platform(auto_expose_new_tables=self._config.auto_expose_new_tables)
        self._step(3)
        self._tell_of(database, database.bring_up_to_date())
        database.let_edge_in(self._keys().edge_password)
        if api:
            self._step(4)
            services.start(lambda name, one: self._remember(chosen, name, one))
            self._serve_functions(chosen)
        state.write(self._paths, replace(self._running(), complete=True))
        return self._endpoint(chosen)

    def _serve_functions(self, chosen: ports.Ports) -> None:
        """Start each function once and tell of those that do not: the others are served anyhow."""
        services = self._services(chosen)
        for sentence in edge.unserved(self.project, self._config):
            self._tell(Notice(sentence))
        if not services.has_functions:
            return
        if FUNCTIONS not in self._running().processes:
            services.start_functions(lambda name, one: self._remember(chosen, name, one))
        self._step(5)
        reports = services.check_functions(self._running().processes[FUNCTIONS])
        for sentence in edge.about_failures(reports):
            self._tell(Notice(sentence))
        if told := edge.about_stand_ins(reports):
            self._tell(Notice(told))

    def _tell_of(self, database: Database, left_out: Sequence[LeftOut]) -> None:
        for one in left_out:
            self._tell(one)
        for name in database.needless(left_out):
            self._tell(Notice(f"--without {name}: no statement had to be left out for it."))

    def _write_page(self) -> None:
        """Without the page the stack is still of use, so nothing fails for want of it."""
        if self._page is None:
            return
        try:
            self._page(self._paths.dashboard, self._keys().publishable)
        except WaktiError as error:
            self._tell(Notice(f"the dashboard is not served: {error.cause}"))

    def _stop(self, running: State | None) -> bool:
        """Stop what is remembered, and what an `up` that was killed could not remember."""
        known = dict(running.processes) if running is not None else {}
        strays = process.marked(mark(self._paths))
        server = [one for name, one in known.items() if name == POSTGRES]
        others = [one for name, one in known.items() if name != POSTGRES]
        process.stop(others, sign=signal.SIGTERM)
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        process.stop([*server, *strays], sign=signal.SIGINT)
        state.forget(self._paths)
        return bool(known or strays)

    def _remember(self, chosen: ports.Ports, name: str, started: process.Process) -> None:
        before = state.read(self._paths)
        processes = dict(before.processes) if before is not None else {}
        complete = before is not None and before.complete
        state.write(self._paths, State(chosen, processes | {name: started}, complete))

    def _choose_ports(self, port: int | None, before: State | None) -> ports.Ports:
        if port == 0:
            return ports.Ports(*ports.free(2))
        if port is not None:
            chosen = ports.Ports(port, port + 1)
        elif before is not None:
            chosen = before.ports
        else:
            chosen = ports.Ports(self._config.api_port, self._config.db_port)
        ports.require_free(chosen.api, purpose="API")
        ports.require_free(chosen.db, purpose="database")
        return chosen

    def _remove_data(self) -> None:
        shutil.rmtree(self._paths.data, ignore_errors=True)
        if self._paths.data.parent != self._paths.state:
            shutil.rmtree(self._paths.data.parent, ignore_errors=True)
        shutil.rmtree(self._paths.state, ignore_errors=True)

    def _server(self, chosen: ports.Ports) -> Server:
        return Server(install(paths.cache()), self._paths, chosen.db, self._durable)

    def _database(self, server: Server) -> Database:
        return Database(server, self._paths.project, self._config, self._without, self._tell)

    def _services(self, chosen: ports.Ports) -> Services:
        program = deno.find(paths.cache())
        return Services(program, self._paths, chosen, self._keys(), self._config)

    def _keys(self) -> keys.Keys:
        return keys.load_or_make(self._paths.state / "keys.json")

    def _endpoint(self, chosen: ports.Ports) -> Endpoint:
        known = self._keys()
        api = f"http://{ports.HOST}:{chosen.api}"
        database = f"{ports.HOST}:{chosen.db}/postgres"
        return Endpoint(
            api_url=api,
            db_url=f"postgresql://postgres:postgres@{database}",
            functions_url=f"{api}/functions/v1",
            publishable_key=known.publishable,
            secret_key=known.secret,
            anon_key=known.anon,
            service_role_key=known.service_role,
            jwt_secret=known.jwt_secret,
            dashboard_url=f"{api}/dashboard/" if self._paths.dashboard.exists() else None,
        )

    def _step(self, number: int) -> None:
        self._tell(Step(_STEPS[number], number, len(_STEPS)))

    def _locked(self) -> AbstractContextManager[None]:
        waiting = Notice("waiting for another wakti-sb command to finish.")
        return state.locked(self._paths, lambda: self._tell(waiting))
