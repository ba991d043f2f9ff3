/** Deletions that wait a moment, so that they can be taken back: rows of visitors never come back. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Selection } from "../primitives/selection.ts";

const WAIT = 10_000; // milliseconds

export interface Deletion {
  /** What is hidden because it is about to be deleted. */
  readonly hidden: Selection;
  /** Hides rows and deletes them after a while. Returns the way back. */
  readonly begin: (ids: readonly string[]) => () => void;
}

interface Waiting {
  readonly ids: readonly string[];
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * @param remove Deletes the rows for good.
 * @param onFailed Told when that failed: the rows are shown again.
 */
export function useDeletion(
  remove: (ids: readonly string[]) => Promise<void>,
  onFailed: (error: unknown) => void,
): Deletion {
  const [hidden, setHidden] = useState<Selection>(new Set());
  const waiting = useRef(new Set<Waiting>());
  const current = useRef({ remove, onFailed });
  current.current = { remove, onFailed };

  function show(ids: readonly string[]) {
    setHidden((before) =>
      new Set([...before].filter((id) => !ids.includes(id)))
    );
  }

  async function carryOut(one: Waiting) {
    clearTimeout(one.timer);
    if (!waiting.current.delete(one)) return;
    try {
      await current.current.remove(one.ids);
    } catch (error) {
      show(one.ids);
      current.current.onFailed(error);
    }
  }

  // Leaving the list is no way back.
  useEffect(() => {
    const all = () => waiting.current.forEach(carryOut);
    addEventListener("pagehide", all);
    return () => {
      removeEventListener("pagehide", all);
      all();
    };
  }, []);

  return {
    hidden,
    begin: (ids) => {
      setHidden((before) => new Set([...before, ...ids]));
      const one: Waiting = {
        ids,
        timer: setTimeout(() => carryOut(one), WAIT),
      };
      waiting.current.add(one);
      return () => {
        clearTimeout(one.timer);
        if (waiting.current.delete(one)) show(ids);
      };
    },
  };
}
