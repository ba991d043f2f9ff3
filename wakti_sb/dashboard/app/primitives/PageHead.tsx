/** The head of a page: its name, a sentence, and what can be done. */

import type { ComponentChildren } from "preact";

export function PageHead(props: {
  readonly title: string;
  readonly lead: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div class="page-head-text">
        <h1 tabIndex={-1}>{props.title}</h1>
        <p class="muted">{props.lead}</p>
      </div>
      {props.children && <div class="page-actions">{props.children}</div>}
    </header>
  );
}
