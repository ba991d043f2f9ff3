/** Where in a long list the reader is, and the way on. */

import { useLocale } from "../i18n/locale.tsx";
import { IconButton } from "./Button.tsx";

export function Pager(props: {
  readonly start: number;
  readonly size: number;
  readonly total: number;
  readonly onStart: (start: number) => void;
}) {
  const { t, number } = useLocale();
  const { start, size, total } = props;
  if (total <= size && start === 0) return null;
  return (
    <nav class="pager" aria-label={t.common.pages}>
      <span class="muted">
        {t.common.range(
          number(Math.min(start + 1, total)),
          number(Math.min(start + size, total)),
          number(total),
        )}
      </span>
      <IconButton
        icon="left"
        label={t.common.previous}
        disabled={start === 0}
        onClick={() => props.onStart(Math.max(0, start - size))}
      />
      <IconButton
        icon="right"
        label={t.common.next}
        disabled={start + size >= total}
        onClick={() => props.onStart(start + size)}
      />
    </nav>
  );
}
