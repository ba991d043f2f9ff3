/** Language, appearance and notifications. */

import { useState } from "preact/hooks";
import { LANGUAGES, useLocale } from "../i18n/locale.tsx";
import { Menu, type MenuItem } from "../primitives/Menu.tsx";
import { useToasts } from "../primitives/Toasts.tsx";
import { type Alerts, alerts, choose } from "./alerts.ts";
import { type Theme, useTheme } from "./theme.ts";

export function Preferences(props: { upwards?: boolean }) {
  return (
    <div class="preferences">
      <Menu {...useLanguageMenu()} upwards={props.upwards ?? false} />
      <Menu {...useThemeMenu()} upwards={props.upwards ?? false} />
    </div>
  );
}

function useLanguageMenu() {
  const { t, language, setLanguage } = useLocale();
  const items = LANGUAGES.map(([code, name]): MenuItem => ({
    label: name,
    checked: code === language,
    onSelect: () => setLanguage(code),
  }));
  return { label: t.preferences.language, icon: "globe" as const, items };
}

function useThemeMenu() {
  const { t } = useLocale();
  const [theme, setTheme] = useTheme();
  const names: Readonly<Record<Theme, string>> = {
    auto: t.preferences.themeAuto,
    light: t.preferences.themeLight,
    dark: t.preferences.themeDark,
  };
  const items = Object.entries(names).map(([value, name]): MenuItem => ({
    label: name,
    checked: value === theme,
    onSelect: () => setTheme(value as Theme),
  }));
  return { label: t.preferences.theme, icon: "theme" as const, items };
}

/** Entries of a menu: whether, and how, messages are told of while the page is out of sight. */
export function useAlertItems(): readonly MenuItem[] {
  const { t } = useLocale();
  const toasts = useToasts();
  const [wanted, setWanted] = useState(alerts);
  async function alert(next: Alerts) {
    if (await choose(next)) setWanted(next);
    else toasts.say(t.preferences.alertsRefused);
  }
  return (["off", "quiet", "sound"] as const).map((one) => ({
    label: t.preferences.alerts[one],
    checked: wanted === one,
    onSelect: () => alert(one),
  }));
}
