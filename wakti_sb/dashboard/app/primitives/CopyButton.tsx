/** Copies a text and says so. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "./Button.tsx";
import { useToasts } from "./Toasts.tsx";

export function CopyButton(props: { text: string; label: string }) {
  const { t } = useLocale();
  const toasts = useToasts();
  const [copied, setCopied] = useState(false);
  async function copy() {
    await copyText(props.text);
    toasts.say(t.common.copied);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <IconButton
      icon={copied ? "check" : "copy"}
      label={props.label}
      onClick={copy}
    />
  );
}

/** Without a secure context there is no clipboard API; a selection works. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch {
      // Refused by the browser's settings: try the old way.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
