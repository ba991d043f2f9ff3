/** Loading something and keeping it current. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem.ts";

export interface Loaded<Value> {
  /** The last value that came; kept while the next one is on its way. */
  readonly value: Value | null;
  /** Why the last attempt failed; null once one succeeds. */
  readonly problem: Problem | null;
  readonly loading: boolean;
  /** Loads again; what is shown stays until the answer is here. */
  readonly reload: () => Promise<void>;
  /** Puts a value in place without asking the server. */
  readonly replace: (change: (value: Value) => Value) => void;
}

/**
 * Loads a value, again whenever `key` changes. An answer that a later
 * question has overtaken is dropped.
 */
export function useLoad<Value>(
  key: string,
  load: () => Promise<Value>,
): Loaded<Value> {
  const [state, setState] = useState<State<Value>>({
    key,
    value: null,
    problem: null,
    loading: true,
  });
  const latest = useRef(0);
  const current = useRef(load);
  current.current = load;
  const reload = useCallback(async () => {
    const turn = ++latest.current;
    setState((before) => ({ ...before, key, loading: true }));
    try {
      const value = await current.current();
      if (turn !== latest.current) return;
      setState({ key, value, problem: null, loading: false });
    } catch (error) {
      if (turn !== latest.current) return;
      const problem = asProblem(error);
      setState((before) => ({ ...before, key, problem, loading: false }));
    }
  }, [key]);
  useEffect(() => {
    reload();
    return () => void latest.current++;
  }, [reload]);
  useEffect(() => {
    if (!state.problem || state.problem.kind !== "offline") return;
    const timer = setTimeout(reload, 5000);
    addEventListener("online", reload);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", reload);
    };
  }, [state.problem, reload]);
  const replace = useCallback(
    (change: (value: Value) => Value) =>
      setState((before) =>
        before.value === null
          ? before
          : { ...before, value: change(before.value) }
      ),
    [],
  );
  return { ...state, reload, replace };
}

interface State<Value> {
  readonly key: string;
  readonly value: Value | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
}

/** Runs `task` every `seconds` while `wanted`, and when the page is seen again. */
export function useEvery(
  seconds: number,
  wanted: () => boolean,
  task: () => void,
): void {
  const current = useRef({ wanted, task });
  current.current = { wanted, task };
  useEffect(() => {
    const run = () => {
      if (current.current.wanted()) current.current.task();
    };
    const timer = setInterval(run, seconds * 1000);
    document.addEventListener("visibilitychange", run);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", run);
    };
  }, [seconds]);
}
