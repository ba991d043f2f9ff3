/** A text: a line, several, a date, a colour, a link or a picture. */

import { useState } from "preact/hooks";
import { useLocale } from "../../i18n/locale.tsx";
import { directionOf } from "../../primitives/direction.ts";
import { Field } from "../../primitives/Field.tsx";
import { kindOf } from "../kinds.ts";
import type { ControlProps } from "./control.ts";
import { ImageControl } from "./ImageControl.tsx";

export function TextControl(props: ControlProps) {
  const { t } = useLocale();
  const { label, name, text, mistake, onText } = props;
  // Decided once: a control that changes while one types in it would lose the place.
  const [kind] = useState(() => kindOf(name, text));
  const aside = kind === "link" && text && (
    <a class="link" href={text} target="_blank" rel="noopener noreferrer">
      {t.data.openLink}
    </a>
  );
  if (kind === "image") return <ImageControl {...props} />;
  return (
    <Field label={label} error={mistake} aside={aside}>
      {(described) => {
        const common = {
          ...described,
          class: kind === "color" ? "input input-color" : "input",
          value: text,
        };
        if (kind === "long") {
          return (
            <textarea
              {...common}
              dir={directionOf(text)}
              rows={4}
              onInput={(event) => onText(event.currentTarget.value)}
            />
          );
        }
        return (
          <input
            {...common}
            {
              // Preact types each kind of input by itself; ours have all in common.
              ...{ type: TYPES[kind] } as { type: "text" }
            }
            dir={kind === "line" ? directionOf(text) : "ltr"}
            onInput={(event) => onText(event.currentTarget.value)}
          />
        );
      }}
    </Field>
  );
}

const TYPES = {
  date: "date",
  time: "datetime-local",
  color: "color",
  link: "url",
  line: "text",
} as const;
