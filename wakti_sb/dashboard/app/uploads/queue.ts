/** Files on their way: a few at a time, each with its own progress and end. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client.ts";
import { limits } from "../api/limits.ts";
import { Problem } from "../api/problem.ts";
import { uploadFile } from "../api/uploads.ts";
import { useLeaveQuestion } from "../primitives/leaving.ts";

export type Sending =
  | { readonly state: "waiting" | "stored" | "cancelled" }
  | { readonly state: "sending"; readonly part: number }
  /** Not even sent: the API would refuse it. */
  | { readonly state: "unsent"; readonly reason: "tooLarge" | "empty" | "heic" }
  | { readonly state: "failed"; readonly problem: unknown };

export interface Queued {
  readonly id: number;
  readonly file: File;
  readonly sending: Sending;
}

export interface Queue {
  readonly files: readonly Queued[];
  readonly busy: boolean;
  readonly add: (files: readonly File[]) => void;
  readonly cancel: (id: number) => void;
  readonly retry: (id: number) => void;
  readonly clear: () => void;
}

const AT_ONCE = 2;

/**
 * A queue for a project.
 *
 * @param onDone Told how many files were stored once nothing is on its way any more.
 */
export function useQueue(
  api: Api,
  project: string,
  onDone: (stored: number) => void,
): Queue {
  const [files, setFiles] = useState<readonly Queued[]>([]);
  const next = useRef(0);
  const running = useRef(new Map<number, AbortController>());
  const stored = useRef(0);

  function set(id: number, sending: Sending) {
    setFiles((before) =>
      before.map((one) => one.id === id ? { ...one, sending } : one)
    );
  }

  async function send({ id, file }: Queued) {
    const controller = new AbortController();
    running.current.set(id, controller);
    set(id, { state: "sending", part: 0 });
    try {
      const progress = (part: number) => set(id, { state: "sending", part });
      await uploadFile(api, project, file, progress, controller.signal);
      stored.current += 1;
      set(id, { state: "stored" });
    } catch (problem) {
      const cancelled = controller.signal.aborted;
      set(
        id,
        cancelled ? { state: "cancelled" } : { state: "failed", problem },
      );
    } finally {
      running.current.delete(id);
    }
  }

  useEffect(() => {
    const waiting = files.filter((one) => one.sending.state === "waiting");
    for (const one of waiting.slice(0, AT_ONCE - running.current.size)) {
      send(one);
    }
    const quiet = files.every((one) => !isUnderWay(one));
    if (quiet && stored.current > 0) {
      const count = stored.current;
      stored.current = 0;
      onDone(count);
    }
  }, [files]);

  // Leaving the project leaves nothing half sent behind.
  useEffect(() => () => {
    for (const controller of running.current.values()) controller.abort();
  }, []);

  const busy = files.some(isUnderWay);
  useLeaveQuestion(busy);

  return {
    files,
    busy,
    add: (added) =>
      setFiles((before) => [
        ...before,
        ...added.map((file) => ({
          id: next.current++,
          file,
          sending: firstState(file),
        })),
      ]),
    cancel: (id) => {
      const controller = running.current.get(id);
      if (controller) controller.abort();
      else set(id, { state: "cancelled" });
    },
    retry: (id) => set(id, { state: "waiting" }),
    clear: () => setFiles((before) => before.filter(isUnderWay)),
  };
}

/** How much of all files has been sent, from 0 to 1, by their bytes. */
export function partSent(files: readonly Queued[]): number {
  const counted = files.filter(({ sending }) =>
    sending.state === "waiting" || sending.state === "sending" ||
    sending.state === "stored"
  );
  const total = counted.reduce((sum, { file }) => sum + file.size, 0);
  const sent = counted.reduce(
    (sum, { file, sending }) =>
      sum +
      file.size * (sending.state === "stored"
          ? 1
          : sending.state === "sending"
          ? sending.part
          : 0),
    0,
  );
  return total === 0 ? 0 : sent / total;
}

function isUnderWay({ sending }: Queued): boolean {
  return sending.state === "waiting" || sending.state === "sending";
}

function firstState(file: File): Sending {
  if (file.size > limits.file) {
    return { state: "unsent", reason: "tooLarge" };
  }
  if (file.size === 0) return { state: "unsent", reason: "empty" };
  if (/\.hei[cf]$/i.test(file.name) || /^image\/hei[cf]/.test(file.type)) {
    return { state: "unsent", reason: "heic" };
  }
  return { state: "waiting" };
}

/** Whether another attempt could end otherwise. */
export function canRetry(sending: Sending): boolean {
  if (sending.state === "cancelled") return true;
  if (sending.state !== "failed") return false;
  const problem = sending.problem;
  return !(problem instanceof Problem) ||
    problem.kind !== "refused" || problem.code === "rate_limited" ||
    problem.code === "quota_exceeded";
}
