/** Whose messages go to spam unseen, and which words send them there. Saved at once. */

import { MAX_BLOCKED, MAX_BLOCKED_CHARS, plainEntry } from "../api/blocking.ts";
import type { FullFeatures } from "../api/features.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Chips } from "../primitives/Chips.tsx";

type Forms = FullFeatures["forms"];

export function Blocked(props: {
  readonly forms: Forms;
  readonly onForms: (change: Partial<Forms>) => void;
}) {
  const { t } = useLocale();
  const { forms, onForms } = props;
  const entries = (texts: readonly string[]) =>
    [...new Set(texts.map(plainEntry))].slice(0, MAX_BLOCKED);
  return (
    <>
      <Chips
        label={t.settings.blockedSenders}
        hint={t.settings.blockedSendersHint}
        entries={forms.blocked_senders}
        maxLength={MAX_BLOCKED_CHARS}
        onEntries={(texts) => onForms({ blocked_senders: entries(texts) })}
      />
      <Chips
        label={t.settings.blockedWords}
        hint={t.settings.blockedWordsHint}
        entries={forms.blocked_words}
        maxLength={MAX_BLOCKED_CHARS}
        onEntries={(texts) => onForms({ blocked_words: entries(texts) })}
      />
    </>
  );
}
