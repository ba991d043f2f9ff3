/** A modal window: the browser keeps the focus in it and closes it on Escape. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Button, IconButton } from "./Button.tsx";
import { Form } from "./Form.tsx";
import { Notice } from "./States.tsx";

export interface DialogProps {
  readonly title: string;
  readonly lead?: string;
  readonly wide?: boolean;
  readonly children?: ComponentChildren;
  readonly footer: ComponentChildren;
  /** Asked to close: by Escape, the close button or a click beside it. */
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
}

/** Where the reader begins; without a field that is the harmless button. */
const FIRST = ".dialog-body :is(input, textarea, select)";

export function Dialog(props: DialogProps) {
  const { t } = useLocale();
  const ref = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    const first = ref.current?.querySelector<HTMLElement>(FIRST) ??
      ref.current?.querySelector<HTMLElement>(".dialog-foot button");
    first?.focus();
    return () => {
      // Back to where the reader came from, if it is still there.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={props.wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <Form class="dialog-form" onSubmit={() => props.onSubmit?.()}>
        <header class="dialog-head">
          <h2 id={title}>{props.title}</h2>
          <IconButton
            icon="close"
            label={t.common.close}
            onClick={props.onClose}
          />
        </header>
        <div class="dialog-body">
          {props.lead && <p class="muted">{props.lead}</p>}
          {props.children}
        </div>
        <footer class="dialog-foot">{props.footer}</footer>
      </Form>
    </dialog>
  );
}

/** The two buttons of a dialog that is a form: leave it, or send it. */
export function FormActions(props: {
  readonly action: string;
  readonly busy: boolean;
  readonly danger?: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useLocale();
  return (
    <>
      <Button onClick={props.onClose}>{t.common.cancel}</Button>
      <Button
        kind={props.danger ? "danger" : "primary"}
        type="submit"
        busy={props.busy}
      >
        {props.action}
      </Button>
    </>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { problem } = useLocale();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  async function confirm() {
    setBusy(true);
    setFailure(null);
    try {
      await props.onConfirm();
      props.onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={props.title}
      lead={props.lead}
      onClose={props.onClose}
      onSubmit={confirm}
      footer={
        <FormActions
          danger
          action={props.action}
          busy={busy}
          onClose={props.onClose}
        />
      }
    >
      {failure !== null && <Notice tone="danger">{problem(failure)}</Notice>}
    </Dialog>
  );
}
