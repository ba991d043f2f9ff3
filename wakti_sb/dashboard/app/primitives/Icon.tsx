/** The page's own drawings: one stroke width, the color of the text around. */

const PATHS = {
  inbox:
    "M3 13l3-8h12l3 8v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 13h5a4 4 0 0 0 8 0h5",
  data: "M4 6h16M4 12h16M4 18h10",
  uploads: "M12 16V5M7 10l5-5 5 5M4 19h16",
  users:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  overview: "M4 20V10M10 20V4M16 20v-7M22 20H2",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16.5 16.5L21 21",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 13l4.5 4.5L19 7",
  copy:
    "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM16 9V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  eye:
    "M2 12s3.5-6 10-6 10 6 10 6-3.5 6-10 6-10-6-10-6zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  open:
    "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5",
  file: "M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  back: "M19 12H5M11 6l-6 6 6 6",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  down: "M6 10l6 6 6-6",
  warning: "M12 4L2.8 20h18.4zM12 10v4.5M12 17.5h.01",
  offline:
    "M4 4l16 16M8.5 8.8A8 8 0 0 0 4 12M12 5a11 11 0 0 1 9 5M12 18h.01M9 14.6a4.5 4.5 0 0 1 6 0",
  refresh:
    "M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 20v-5h-5",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  folder:
    "M3 6a1 1 0 0 1 1-1h5l2 2.5h9a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z",
  download: "M12 4v11M7 10l5 5 5-5M4 19h16",
  globe:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18",
  theme: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  key: "M15 13a5 5 0 1 0-4.6-3.1L3 17.3V21h4v-3h3v-3l1.6-1.6M16.5 7.5h.01",
  power: "M12 3v9M6.5 6.5a8 8 0 1 0 11 0",
} as const;

export type IconName = keyof typeof PATHS;

/** Arrows along the line of reading turn around in right-to-left text. */
const TURNING: ReadonlySet<IconName> = new Set([
  "back",
  "left",
  "right",
  "open",
]);

export function Icon(props: { name: IconName; size?: number }) {
  const size = props.size ?? 18;
  const dots = props.name === "more" || props.name === "grip";
  return (
    <svg
      class={TURNING.has(props.name) ? "icon icon-turning" : "icon"}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={dots ? 2.6 : 1.7}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
