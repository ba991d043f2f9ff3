/** The functions as the gateway knows them: which process serves each, and whether it is current. */

import type { Answer, Failure, Gone } from "./launcher.ts";
import { Launcher, LauncherError } from "./launcher.ts";
import { Upstream } from "./upstream.ts";

/** How often files are looked at under load: looking may take this part of the time. */
const SHARE = 1 / 50;
/** The longest that a change goes unseen, in milliseconds. */
const LONGEST = 20;
/** A process without a request for so long is ended, in milliseconds. */
const IDLE = 10 * 60_000;

/** How often a process with a request is looked at for what it computes, in milliseconds. */
const LOOK_EVERY = 250;

/** A process of a function, and the requests that wait for it. */
export class Worker {
  readonly upstream: Upstream;
  /** Set once the process is known to have ended. */
  failure: Failure | null = null;
  /** When each request under way began, the oldest first. */
  readonly #requests = new Set<{ readonly at: number }>();
  #isReplaced = false;
  #usedAt = performance.now();

  constructor(
    readonly name: string,
    readonly pid: number,
    readonly port: number,
    readonly launcher: Launcher,
  ) {
    this.upstream = new Upstream(new URL(`http://127.0.0.1:${port}`));
  }

  /** A request begins; call what is returned when its answer is whole. */
  enter(): () => void {
    this.#usedAt = performance.now();
    const request = { at: this.#usedAt };
    this.#requests.add(request);
    return () => {
      if (!this.#requests.delete(request)) return;
      this.#usedAt = performance.now();
      if (this.#isReplaced) this.#end();
    };
  }

  /** Another process serves from now on; this one ends with its last request. */
  replace(): void {
    this.#isReplaced = true;
    this.#end();
  }

  /** How long the oldest request has been under way, in milliseconds; null without one. */
  get works(): number | null {
    for (const { at } of this.#requests) return performance.now() - at;
    return null;
  }

  get isIdle(): boolean {
    return this.#requests.size === 0 && performance.now() - this.#usedAt > IDLE;
  }

  #end(): void {
    if (this.#requests.size > 0) return;
    this.upstream.close();
    if (this.failure === null) this.launcher.release(this.name, this.pid);
  }
}

/** A function. */
export interface Target {
  readonly name: string;
  readonly verifyJwt: boolean;
  /** Whether it is the site API of this toolkit, whose errors have a shape of their own. */
  readonly isOurs: boolean;
}

/** A function and the process that serves it. */
export interface Current extends Target {
  readonly worker: Worker;
}

interface Known extends Target {
  worker: Worker | null;
  stamps: ReadonlyMap<string, string>;
  currentUntil: number;
  /** Whether it wants another process, for what we cannot see. */
  isStale: boolean;
}

/** Why there is no process to serve a request. */
export class BootError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.reason);
  }
}

export class Targets {
  readonly #launcher: Launcher;
  readonly #known = new Map<string, Known>();
  /** Those that have not ended, by their number. */
  readonly #workers = new Map<number, Worker>();
  readonly #starts = new Map<string, Promise<Worker>>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #looks: ReturnType<typeof setInterval>;

  /**
   * @param port Where the launcher listens on this machine.
   * @param token What it wants to hear first.
   * @param isExpected Whether it was started: without functions there may be none.
   */
  constructor(port: number, token: string, readonly isExpected: boolean) {
    this.#launcher = new Launcher(
      port,
      token,
      (gone) => this.#forget(gone),
      (name) => {
        const known = this.#known.get(name);
        if (known) known.isStale = true;
      },
    );
    this.#timer = setInterval(() => this.#releaseIdle(), 60_000);
    Deno.unrefTimer(this.#timer);
    this.#looks = setInterval(() => this.#tellWhoWorks(), LOOK_EVERY);
    Deno.unrefTimer(this.#looks);
  }

  /** A function whose process runs its files as they are; null where the launcher has to be asked. */
  current(name: string): Current | null {
    const known = this.#known.get(name);
    return known?.worker && isCurrent(known) ? known as Current : null;
  }

  /** A function by its name; null if there is none. Throws LauncherError, BootError. */
  async find(name: string): Promise<Target | null> {
    const known = this.#known.get(name);
    if (known && isCurrent(known)) return known;
    const answer = await this.#look(name);
    if (answer.failure) throw new BootError(answer.failure);
    if (!answer.known) {
      known?.worker?.replace();
      this.#known.delete(name);
      return null;
    }
    return {
      name,
      verifyJwt: answer.verify_jwt !== false,
      isOurs: answer.is_ours === true,
    };
  }

  /**
   * A process that runs the function's files as they are. Throws LauncherError, BootError.
   *
   * @param lost One that did not answer.
   */
  async worker(name: string, lost: Worker | null = null): Promise<Worker> {
    const { worker } = this.current(name) ?? {};
    if (worker) return worker;
    let start = this.#starts.get(name);
    if (!start) {
      start = this.#start(name, lost?.pid ?? null).finally(() =>
        this.#starts.delete(name)
      );
      this.#starts.set(name, start);
    }
    return await start;
  }

  /** What ended a process, as soon as that is known; null if nobody says so in time. */
  async ending(worker: Worker): Promise<Failure | null> {
    for (let waited = 0; worker.failure === null && waited < 1000;) {
      waited += 10;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return worker.failure;
  }

  /** A process is over a limit: it is ended, and the next request gets another. */
  kill(worker: Worker, why: string): void {
    this.#launcher.kill(worker.name, worker.pid, why);
    this.#drop(worker);
  }

  /** A process does not answer any more. */
  lose(worker: Worker): void {
    this.#drop(worker);
  }

  close(): void {
    clearInterval(this.#timer);
    clearInterval(this.#looks);
    this.#launcher.close();
    for (const { worker } of this.#known.values()) worker?.upstream.close();
  }

  async #look(name: string): Promise<Answer> {
    try {
      return await this.#launcher.look(name);
    } catch (error) {
      if (!(error instanceof LauncherError) || this.isExpected) throw error;
      return { known: false };
    }
  }

  async #start(name: string, lost: number | null): Promise<Worker> {
    let answer = await this.#launcher.start(name, lost);
    // The files are looked at before the launcher is asked once more whether they are those that
    // the process runs: a change in between is seen by one of the two.
    while (true) {
      const stamps = stampsOf(answer.files ?? []);
      const { pid } = answer;
      if (pid !== undefined) answer = await this.#launcher.start(name);
      if (answer.failure) throw new BootError(answer.failure);
      if (answer.pid === undefined || answer.port === undefined) {
        throw new BootError(VANISHED);
      }
      if (answer.pid === pid) {
        return this.#adopt(name, answer, pid, answer.port, stamps);
      }
    }
  }

  #adopt(
    name: string,
    answer: Answer,
    pid: number,
    port: number,
    stamps: ReadonlyMap<string, string>,
  ): Worker {
    const before = this.#known.get(name)?.worker ?? null;
    const worker = before?.pid === pid
      ? before
      : new Worker(name, pid, port, this.#launcher);
    if (before !== worker) before?.replace();
    this.#workers.set(pid, worker);
    this.#known.set(name, {
      name,
      verifyJwt: answer.verify_jwt !== false,
      isOurs: answer.is_ours === true,
      worker,
      stamps,
      currentUntil: 0,
      isStale: false,
    });
    return worker;
  }

  #forget({ pid, failure }: Gone): void {
    const worker = this.#workers.get(pid);
    if (!worker) return;
    worker.failure = failure;
    this.#workers.delete(pid);
    this.#drop(worker);
  }

  #drop(worker: Worker): void {
    const known = this.#known.get(worker.name);
    if (known?.worker !== worker) return;
    known.worker = null;
    worker.upstream.close();
  }

  #tellWhoWorks(): void {
    for (const worker of this.#workers.values()) {
      const milliseconds = worker.works;
      if (milliseconds === null) continue;
      this.#launcher.works(worker.name, worker.pid, milliseconds);
    }
  }

  #releaseIdle(): void {
    for (const known of this.#known.values()) {
      if (!known.worker?.isIdle) continue;
      known.worker.replace();
      known.worker = null;
    }
  }
}

const VANISHED: Failure = {
  status: 503,
  code: "BOOT_ERROR",
  message: "Worker failed to boot (please check logs)",
  reason: "the function is not there any more.",
};

/** Whether no file of the function has changed since its process was started. */
function isCurrent(known: Known): boolean {
  if (known.isStale) return false;
  const now = performance.now();
  if (now < known.currentUntil) return true;
  for (const [path, stamp] of known.stamps) {
    if (stampOf(path) !== stamp) return false;
  }
  const end = performance.now();
  known.currentUntil = end + Math.min((end - now) / SHARE, LONGEST);
  return true;
}

function stampsOf(paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => [path, stampOf(path)]));
}

/** Changes whenever the file does. Of files that we may not see the launcher takes care. */
function stampOf(path: string): string {
  try {
    const { mtime, size } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size}`;
  } catch {
    return "";
  }
}
