/** A search box that asks once the reader stops typing. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { directionOf } from "./direction.ts";
import { Icon } from "./Icon.tsx";

const PAUSE = 250; // milliseconds

export function Search(props: {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}) {
  const { t } = useLocale();
  const [text, setText] = useState(props.value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(props.value), [props.value]);
  useEffect(() => {
    if (text.trim() === props.value) return;
    const timer = setTimeout(() => props.onSearch(text.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search" role="search">
      <Icon name="search" size={16} />
      <input
        ref={input}
        class="input search-input"
        type="search"
        dir={directionOf(text)}
        aria-label={props.label}
        placeholder={props.label}
        maxLength={200}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {text && (
        <button
          type="button"
          class="search-clear"
          aria-label={t.common.clearSearch}
          onClick={() => {
            setText("");
            props.onSearch("");
            input.current?.focus();
          }}
        >
          <Icon name="close" size={14} />
        </button>
      )}
    </div>
  );
}
