/** The product's mark and name. */

import { useLocale } from "../i18n/locale.tsx";

export function Brand() {
  const { t } = useLocale();
  return (
    <span class="brand">
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <rect width="26" height="26" rx="7" fill="currentColor" />
        <path
          d="M6 9l3.5 9L13 10.5 16.5 18 20 9"
          fill="none"
          stroke="var(--canvas)"
          stroke-width="2.2"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
      <span>{t.common.product}</span>
    </span>
  );
}
