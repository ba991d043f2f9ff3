/** Notifications of new messages: off until the reader asks for them. */

const STORED = "wakti.alerts";

export type Alerts = "off" | "quiet" | "sound";

export function alerts(): Alerts {
  const stored = localStorage.getItem(STORED);
  return stored === "quiet" || stored === "sound" ? stored : "off";
}

/** Keeps the choice. Returns false where the browser does not allow notifications. */
export async function choose(wanted: Alerts): Promise<boolean> {
  if (wanted !== "off") {
    if (!("Notification" in globalThis)) return false;
    if (await Notification.requestPermission() !== "granted") return false;
  }
  localStorage.setItem(STORED, wanted);
  return true;
}

/** Shows a notification while the page is out of sight. */
export function notify(title: string, text: string): void {
  const wanted = alerts();
  if (wanted === "off" || document.visibilityState === "visible") return;
  if (!("Notification" in globalThis)) return;
  if (Notification.permission !== "granted") return;
  new Notification(title, {
    body: text,
    tag: "wakti",
    silent: wanted !== "sound",
  });
}
