/** Light, dark, or as the system. */

import { useEffect, useState } from "preact/hooks";

export type Theme = "auto" | "light" | "dark";

const STORED = "wakti.theme";

export function applyStoredTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  const theme = stored === "light" || stored === "dark" ? stored : "auto";
  apply(theme);
  return theme;
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(applyStoredTheme);
  useEffect(() => {
    localStorage.setItem(STORED, theme);
    apply(theme);
  }, [theme]);
  return [theme, setTheme];
}

function apply(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
