/** A form of the page. After a save that was refused the first error has the focus. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A field with a mistake, or a sentence about the whole. */
const WRONG = "[aria-invalid], .notice[role=alert]";

export function Form(props: {
  readonly class: string;
  readonly children: ComponentChildren;
  readonly onSubmit: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef(false);
  useEffect(() => {
    if (!sent.current) return;
    const wrong = form.current?.querySelector<HTMLElement>(WRONG);
    if (!wrong) return;
    sent.current = false;
    wrong.focus();
  });
  return (
    <form
      ref={form}
      class={props.class}
      noValidate
      onInput={() => {
        // Whoever types on is not interrupted.
        sent.current = false;
      }}
      onSubmit={(event) => {
        event.preventDefault();
        sent.current = true;
        props.onSubmit();
      }}
    >
      {props.children}
    </form>
  );
}
