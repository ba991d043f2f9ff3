/** A list of texts: an entry is added with Enter and taken away with its button. */

import { useState } from "preact/hooks";
import { useLocale } from "../../i18n/locale.tsx";
import { Field } from "../../primitives/Field.tsx";
import { Icon } from "../../primitives/Icon.tsx";
import { visible } from "../../primitives/visible.ts";
import { chipsOf } from "../kinds.ts";
import type { ControlProps } from "./TextControl.tsx";

export function ChipsControl(props: ControlProps) {
  const { t } = useLocale();
  const [entry, setEntry] = useState("");
  const chips = chipsOf(props.text) ?? [];
  const write = (list: readonly string[]) =>
    props.onText(list.length === 0 ? "" : JSON.stringify(list));
  function add() {
    if (!entry.trim()) return;
    write([...chips, entry.trim()]);
    setEntry("");
  }
  return (
    <Field label={props.label} hint={t.data.chipsHint} error={props.mistake}>
      {(described) => (
        <div class="chips">
          {chips.map((chip, index) => (
            <span class="chip" key={`${index} ${chip}`}>
              <span dir="auto">{visible(chip)}</span>
              <button
                type="button"
                aria-label={t.data.removeChip(chip)}
                onClick={() =>
                  write(chips.toSpliced(index, 1))}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          ))}
          <input
            {...described}
            class="input chips-input"
            dir="auto"
            value={entry}
            onInput={(event) => setEntry(event.currentTarget.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !entry.trim()) {
                return;
              }
              event.preventDefault();
              add();
            }}
          />
        </div>
      )}
    </Field>
  );
}
