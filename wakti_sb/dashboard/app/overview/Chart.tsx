/** Bars for the days, and the same as a table for who cannot see them. */

import type { Day } from "../api/activity.ts";
import { useLocale } from "../i18n/locale.tsx";

const HEIGHT = 96;
const BAR = 16; // with the gap behind it

export function Chart(props: { readonly days: readonly Day[] }) {
  const { t, number, calendarDay } = useLocale();
  const { days } = props;
  const most = days.reduce((top, { messages }) => Math.max(top, messages), 1);
  const width = days.length * BAR;
  return (
    <figure class="chart">
      <figcaption>{t.overview.chart(days.length)}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {days.map(({ day, messages }, index) => {
          const height = messages === 0
            ? 1
            : 4 + messages / most * (HEIGHT - 4);
          return (
            <rect
              key={day}
              x={index * BAR}
              y={HEIGHT - height}
              width={BAR - 4}
              height={height}
              rx={2}
            >
              <title>{`${calendarDay(day)}: ${number(messages)}`}</title>
            </rect>
          );
        })}
      </svg>
      <details class="chart-table">
        <summary>{t.overview.asTable}</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.overview.day}</th>
              <th scope="col" class="cell-number">{t.overview.messages}</th>
              <th scope="col" class="cell-number">{t.overview.accounts}</th>
              <th scope="col" class="cell-number">{t.overview.blocked}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ day, messages, accounts, blocked }) => (
              <tr key={day}>
                <th scope="row">{calendarDay(day)}</th>
                <td class="cell-number">{number(messages)}</td>
                <td class="cell-number">{number(accounts)}</td>
                <td class="cell-number">{number(blocked)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
