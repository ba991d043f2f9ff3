/** Who is signed in: kept across visits, renewed by the client, ended with a word. */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { type Api, connect } from "../api/client.ts";
import type { Config } from "../config.ts";

export interface Owner {
  readonly id: string;
  readonly email: string;
}

export interface Session {
  readonly api: Api;
  /** Undefined while it is not known yet, null for nobody. */
  readonly owner: Owner | null | undefined;
  /** Whether the last session ended by itself. */
  readonly ended: boolean;
  /** The address of who was here last, in this tab; empty if nobody was. */
  readonly lastEmail: string;
  /** Whether a reset link was opened and the new password is still to be chosen. */
  readonly recovering: boolean;
  readonly recovered: () => void;
  readonly signOut: () => Promise<void>;
}

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSession() needs a SessionProvider");
  return session;
}

/** The API and the owner who is signed in. */
export function useOwner(): { readonly api: Api; readonly owner: Owner } {
  const { api, owner } = useSession();
  if (!owner) throw new Error("nobody is signed in");
  return { api, owner };
}

export function SessionProvider(
  props: { config: Config; children: ComponentChildren },
) {
  const [owner, setOwner] = useState<Owner | null>();
  const [ended, setEnded] = useState(false);
  const [lastEmail, setLastEmail] = useState("");
  const [recovering, setRecovering] = useState(false);
  const api = useMemo(
    () =>
      connect(props.config, () => {
        // On this device only: the server does not know the session any more.
        api.supabase.auth.signOut({ scope: "local" });
      }),
    [props.config],
  );
  // Before the client looks at the address: what it tells then (a reset link was opened) it tells once,
  // and an ordinary effect waits for the page to be drawn, which a tab in the background never is.
  useLayoutEffect(() => {
    let known = false;
    const { data } = api.supabase.auth.onAuthStateChange((event, session) => {
      const user = session?.user;
      setOwner((before) => {
        if (!user) return null;
        // The same owner again, with a renewed token: nothing to draw anew.
        if (before?.id === user.id) return before;
        return { id: user.id, email: user.email ?? "" };
      });
      if (event === "PASSWORD_RECOVERY") setRecovering(true);
      if (user?.email) setLastEmail(user.email);
      if (event === "SIGNED_OUT" && known) setEnded(true);
      known = user !== undefined;
      if (user) setEnded(false);
    });
    return () => data.subscription.unsubscribe();
  }, [api]);
  const session = useMemo<Session>(() => ({
    api,
    owner,
    ended,
    lastEmail,
    recovering,
    recovered: () => setRecovering(false),
    signOut: async () => {
      await api.supabase.auth.signOut({ scope: "local" });
      setEnded(false);
      setLastEmail("");
    },
  }), [api, owner, ended, lastEmail, recovering]);
  return <Context.Provider value={session}>{props.children}</Context.Provider>;
}
