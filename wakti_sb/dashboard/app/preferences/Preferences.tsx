/** Language and appearance. */

import { LANGUAGES, useLocale } from "../i18n/locale.tsx";
import { Menu, type MenuItem } from "../primitives/Menu.tsx";
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
  return { label: t.shell.language, icon: "globe" as const, items };
}

function useThemeMenu() {
  const { t } = useLocale();
  const [theme, setTheme] = useTheme();
  const names: Readonly<Record<Theme, string>> = {
    auto: t.shell.themeAuto,
    light: t.shell.themeLight,
    dark: t.shell.themeDark,
  };
  const items = Object.entries(names).map(([value, name]): MenuItem => ({
    label: name,
    checked: value === theme,
    onSelect: () => setTheme(value as Theme),
  }));
  return { label: t.shell.theme, icon: "theme" as const, items };
}
