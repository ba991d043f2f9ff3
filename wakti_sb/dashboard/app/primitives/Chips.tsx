/** A list of texts: an entry is added with Enter and taken away with its button. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { directionOf } from "./direction.ts";
import { Field } from "./Field.tsx";
import { Icon } from "./Icon.tsx";
import { visible } from "./visible.ts";

export function Chips(props: {
  readonly label: string;
  readonly hint?: string;
  readonly mistake?: string | null;
  readonly entries: readonly string[];
  /** Offered while somebody types. */
  readonly known?: readonly string[];
  readonly maxLength?: number;
  readonly onEntries: (entries: readonly string[]) => void;
}) {
  const { t } = useLocale();
  const [entry, setEntry] = useState("");
  const { entries, onEntries } = props;
  function add() {
    if (!entry.trim()) return;
    onEntries([...entries, entry.trim()]);
    setEntry("");
  }
  return (
    <Field
      label={props.label}
      hint={props.hint ?? t.common.typeEntry}
      error={props.mistake}
    >
      {(described) => (
        <div class="chips">
          {entries.map((chip, index) => (
            <span class="chip" key={`${index} ${chip}`}>
              <span dir="auto">{visible(chip)}</span>
              <button
                type="button"
                aria-label={t.common.removeEntry(chip)}
                onClick={() =>
                  onEntries(entries.toSpliced(index, 1))}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          ))}
          <input
            {...described}
            class="input chips-input"
            dir={directionOf(entry)}
            maxLength={props.maxLength}
            list={props.known && `${described.id}-known`}
            value={entry}
            onInput={(event) => setEntry(event.currentTarget.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !entry.trim()) return;
              event.preventDefault();
              add();
            }}
          />
          {props.known && (
            <datalist id={`${described.id}-known`}>
              {props.known.map((one) => <option key={one} value={one} />)}
            </datalist>
          )}
        </div>
      )}
    </Field>
  );
}
