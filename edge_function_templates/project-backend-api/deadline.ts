/** Milliseconds in which every request has its answer. */
const whole = 9_000;

/** The local stack's gateway says how many of them it took for a process to be ready. */
const waitedHeader = "x-wakti-waited";

/**
 * When a request has to be answered. It has one, which is handed on to all that it waits for, so that
 * their times cannot add up to more.
 */
export class Deadline {
  #at: number;

  constructor(ms: number = whole) {
    this.#at = performance.now() + ms;
  }

  /** That of a request which may have waited; nobody gets more time by its own word. */
  static of(headers: Headers): Deadline {
    const said = headers.get(waitedHeader);
    if (said === null) return new Deadline();
    const waited = Number(said);
    return new Deadline(waited > 0 ? whole - Math.min(waited, whole) : whole);
  }

  /** Milliseconds that are left, none below zero. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** What the caller takes to send its request does not count. */
  putOff(ms: number): void {
    this.#at += ms;
  }
}

interface Waiting {
  readonly until: number;
  readonly expire: () => void;
}

const waiting = new Set<Waiting>();

let sweeper: ReturnType<typeof setInterval> | undefined;

/** Milliseconds between two sweeps. */
const pace = 250;

/**
 * Settle as `work` does, or reject with what `late` makes when it takes longer than `ms`.
 *
 * One timer sweeps for everybody, a quarter of a second exact: a timer for each request would cost
 * more than the rest of its bookkeeping.
 */
export function within<T>(
  work: PromiseLike<T>,
  ms: number,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = {
      until: performance.now() + ms,
      expire: () => reject(late()),
    };
    waiting.add(entry);
    sweeper ??= setInterval(sweep, pace);
    work.then((value) => {
      waiting.delete(entry);
      resolve(value);
    }, (error) => {
      waiting.delete(entry);
      reject(error);
    });
  });
}

function sweep(): void {
  const now = performance.now();
  for (const entry of waiting) {
    if (entry.until > now) continue;
    waiting.delete(entry);
    entry.expire();
  }
  // Nothing to wait for: let the process end if it wants to.
  if (waiting.size === 0) {
    clearInterval(sweeper);
    sweeper = undefined;
  }
}
