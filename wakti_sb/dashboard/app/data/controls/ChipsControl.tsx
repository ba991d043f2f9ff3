/** A field that holds a list of texts. */

import { Chips } from "../../primitives/Chips.tsx";
import { chipsOf } from "../kinds.ts";
import type { ControlProps } from "./control.ts";

export function ChipsControl(props: ControlProps) {
  return (
    <Chips
      label={props.label}
      mistake={props.mistake}
      entries={chipsOf(props.text) ?? []}
      onEntries={(entries) =>
        props.onText(entries.length === 0 ? "" : JSON.stringify(entries))}
    />
  );
}
