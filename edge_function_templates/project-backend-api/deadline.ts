interface Waiting {
  readonly until: number;
  readonly expire: () => void;
}

const waiting = new Set<Waiting>();

let sweeper: ReturnType<typeof setInterval> | undefined;

/**
 * Settle as `work` does, or reject with what `late` makes when it takes longer than `ms`.
 *
 * One timer sweeps for everybody, a second exact: a timer for each request would cost more than
 * the rest of its bookkeeping.
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
    sweeper ??= setInterval(sweep, 1_000);
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
