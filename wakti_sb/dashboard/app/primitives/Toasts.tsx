/** Short messages that come and go; screen readers hear them. */

import { type ComponentChildren, createContext } from "preact";
import {
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "./Button.tsx";

export interface Toasts {
  /** Says that something happened, perhaps with a way back. */
  readonly say: (text: string, action?: ToastAction) => void;
  /** Says what went wrong. */
  readonly fail: (error: unknown) => void;
}

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
  readonly action?: ToastAction | undefined;
}

const Context = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = useContext(Context);
  if (!toasts) throw new Error("useToasts() needs a ToastProvider");
  return toasts;
}

const SHOWN = 6000; // milliseconds
const OFFERED = 12_000; // where there is something to decide

export function ToastProvider(props: { children: ComponentChildren }) {
  const { t, problem } = useLocale();
  const [list, setList] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const dismiss = useCallback(
    (id: number) => setList((before) => before.filter((one) => one.id !== id)),
    [],
  );
  const toasts = useMemo<Toasts>(() => {
    function show(text: string, failed: boolean, action?: ToastAction) {
      const id = next.current++;
      setList((before) => [...before.slice(-2), { id, text, failed, action }]);
      setTimeout(() => dismiss(id), action ? OFFERED : SHOWN);
    }
    return {
      say: (text, action) => show(text, false, action),
      fail: (error) => show(problem(error), true),
    };
  }, [problem]);
  return (
    <Context.Provider value={toasts}>
      {props.children}
      <div class="toasts" role="status" aria-live="polite">
        {list.map((toast) => (
          <div
            key={toast.id}
            class={toast.failed ? "toast toast-failed" : "toast"}
          >
            <span>{toast.text}</span>
            {toast.action && (
              <button
                type="button"
                class="toast-action"
                onClick={() => {
                  toast.action?.run();
                  dismiss(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            )}
            <IconButton
              icon="close"
              label={t.common.close}
              onClick={() => dismiss(toast.id)}
            />
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}
