/** Starts the page: reads which project it talks to, then draws. */

import { render } from "preact";
import { adopt } from "./api/limits.ts";
import { type Config, loadConfig } from "./config.ts";
import { LocaleProvider, useLocale } from "./i18n/locale.tsx";
import { Empty } from "./primitives/States.tsx";
import { ToastProvider } from "./primitives/Toasts.tsx";
import { SessionProvider } from "./session/session.tsx";
import { App } from "./shell/App.tsx";
import { applyStoredTheme } from "./preferences/theme.ts";

function Page(props: { config: Config | null }) {
  if (!props.config) return <NotSetUp />;
  return (
    <ToastProvider>
      <SessionProvider config={props.config}>
        <App />
      </SessionProvider>
    </ToastProvider>
  );
}

function NotSetUp() {
  const { t } = useLocale();
  return (
    <main class="page">
      <Empty
        icon="warning"
        title={t.shell.configTitle}
        lead={t.shell.configLead}
      />
    </main>
  );
}

applyStoredTheme();
const config = await loadConfig().catch((error: unknown) => {
  console.error(error);
  return null;
});
adopt(config?.limits);
const root = document.getElementById("app");
if (root) {
  render(
    <LocaleProvider>
      <Page config={config} />
    </LocaleProvider>,
    root,
  );
}
