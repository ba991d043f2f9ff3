/** The owner's account: whose it is, and what can be done with it. */

import { useState } from "preact/hooks";
import { useLocale } from "../i18n/locale.tsx";
import { Preferences, useAlertItems } from "../preferences/Preferences.tsx";
import { Menu } from "../primitives/Menu.tsx";
import { DeleteAccount } from "./DeleteAccount.tsx";
import { PasswordDialog } from "./PasswordDialog.tsx";
import { useSession } from "./session.tsx";

export function Account() {
  const { t } = useLocale();
  const { owner, recovering, recovered, signOut } = useSession();
  const [changing, setChanging] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const alerts = useAlertItems();
  return (
    <div class="account">
      {(changing || recovering) && (
        <PasswordDialog
          onClose={() => {
            setChanging(false);
            recovered();
          }}
        />
      )}
      {leaving && <DeleteAccount onClose={() => setLeaving(false)} />}
      <span class="account-email" dir="ltr" title={owner?.email}>
        {owner?.email}
      </span>
      <div class="account-actions">
        <Preferences upwards />
        <Menu
          upwards
          icon="more"
          label={t.session.account}
          items={[
            {
              label: t.session.changePassword,
              onSelect: () => setChanging(true),
            },
            ...alerts,
            {
              label: t.session.deleteAccount,
              danger: true,
              onSelect: () => setLeaving(true),
            },
          ]}
        />
        <button type="button" class="link link-quiet" onClick={signOut}>
          {t.session.signOut}
        </button>
      </div>
    </div>
  );
}
