/** Asks before the page is closed or loaded again while something would be lost by it. */

import { useEffect } from "preact/hooks";

export function useLeaveQuestion(busy: boolean): void {
  useEffect(() => {
    if (!busy) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);
}
