/** Takes files that are dropped anywhere on the page or chosen. */

import { useEffect, useRef, useState } from "preact/hooks";
import { limits } from "../api/limits.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Button } from "../primitives/Button.tsx";
import { Icon } from "../primitives/Icon.tsx";

export function DropZone(props: {
  readonly onFiles: (files: readonly File[]) => void;
}) {
  const { t, bytes } = useLocale();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = useRef(props.onFiles);
  take.current = props.onFiles;
  useEffect(() => {
    const ours = (event: DragEvent) =>
      event.dataTransfer?.types.includes("Files") ?? false;
    function drag(event: DragEvent) {
      if (!ours(event)) return;
      event.preventDefault();
      setOver(true);
    }
    function leave(event: DragEvent) {
      if (event.relatedTarget === null) setOver(false);
    }
    function drop(event: DragEvent) {
      if (!ours(event)) return;
      event.preventDefault();
      setOver(false);
      take.current([...event.dataTransfer?.files ?? []]);
    }
    addEventListener("dragover", drag);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", drag);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return (
    <div class={over ? "drop drop-over" : "drop"}>
      <Icon name="uploads" size={22} />
      <p>
        <strong>{t.uploads.drop}</strong>{" "}
        <span class="muted">{t.uploads.dropOr}</span>
      </p>
      <Button onClick={() => input.current?.click()}>{t.uploads.choose}</Button>
      <input
        ref={input}
        class="unseen"
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t.uploads.choose}
        onChange={(event) => {
          props.onFiles([...event.currentTarget.files ?? []]);
          event.currentTarget.value = "";
        }}
      />
      <small class="muted">{t.uploads.hint(bytes(limits.file))}</small>
    </div>
  );
}
