import { type Deadline, within } from "./deadline.ts";
import { ApiError } from "./errors.ts";

/** How fast a body has to come. Times are milliseconds. */
export interface Pace {
  /** How long the whole body may take. */
  readonly whole: number;
  /** Within each of these times a body that has not ended brings `least` bytes. */
  readonly window: number;
  readonly least: number;
}

/**
 * The bytes of a body as they arrive, at most `limit` of them.
 *
 * Time counts only while we wait for the caller, not while the caller waits for us. Throw the
 * refusal when there are too many bytes, when they come too slowly, or when they break off.
 */
export async function* arriving(
  request: Request,
  limit: number,
  pace: Pace,
  tooLarge: "body_too_large" | "file_too_large",
  deadline: Deadline,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length")) > limit) {
    throw new ApiError(tooLarge);
  }
  if (request.body === null) return;
  const reader = request.body.getReader();
  let size = 0;
  let left = pace.whole;
  let leftOfWindow = pace.window;
  let sizeOfWindow = 0;
  let isOver = false;
  try {
    while (true) {
      const asked = performance.now();
      const { done, value } = await inTime(
        reader.read(),
        Math.max(0, Math.min(left, leftOfWindow)),
      );
      isOver = done;
      if (done) return;
      const waited = performance.now() - asked;
      left -= waited;
      leftOfWindow -= waited;
      deadline.putOff(waited);
      size += value.byteLength;
      sizeOfWindow += value.byteLength;
      if (size > limit) throw new ApiError(tooLarge);
      if (sizeOfWindow >= pace.least) {
        leftOfWindow = pace.window;
        sizeOfWindow = 0;
      }
      yield value;
    }
  } catch (error) {
    isOver = true;
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    if (!isOver) await discard(reader, limit - size, deadline);
  }
}

/** Milliseconds that a refused body may go on. */
const grace = 5_000;

/**
 * Read on for a moment without keeping anything: a caller that is still sending would see a broken
 * connection in place of the refusal.
 */
async function discard(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most: number,
  deadline: Deadline,
): Promise<void> {
  let left = most;
  const readOn = async (): Promise<void> => {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
  };
  await within(
    readOn(),
    Math.min(grace, deadline.left),
    () => new Error("grace is over"),
  )
    .catch(() => {});
  reader.cancel().catch(() => {});
}

/** Settle as the reading of a body does; throw the refusal if it breaks off or takes too long. */
export async function inTime<T>(
  reading: Promise<T>,
  deadline: number,
): Promise<T> {
  try {
    return await within(
      reading,
      deadline,
      () => new ApiError("invalid_json", "The body did not arrive in time"),
    );
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError("invalid_json", "The body did not arrive whole");
  }
}
