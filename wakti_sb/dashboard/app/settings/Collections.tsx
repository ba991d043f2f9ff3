/** Collections: the switch, who may do what, exceptions, and whether types are kept. */

import type { FullFeatures } from "../api/features.ts";
import { isOpen, opened, rightsOf } from "../api/rights.ts";
import { useLocale } from "../i18n/locale.tsx";
import { Notice } from "../primitives/States.tsx";
import { Switch } from "../primitives/Switch.tsx";
import { Card } from "./Card.tsx";
import { Overrides } from "./Overrides.tsx";
import { RightsPicture } from "./RightsPicture.tsx";

type Stored = FullFeatures["collections"];

export function Collections(props: {
  readonly collections: Stored;
  readonly onChange: (change: Partial<Stored>) => void;
}) {
  const { t } = useLocale();
  const { collections, onChange } = props;
  const rights = rightsOf(collections);
  const open = opened(collections);
  return (
    <Card section="collections" saves="at once">
      <Switch
        label={t.settings.collections}
        hint={t.settings.collectionsHint}
        on={collections.enabled}
        onChange={(enabled) => onChange({ enabled })}
      />
      {collections.enabled && (
        <>
          <RightsPicture
            rights={rights}
            onRight={(verb, right) => onChange({ [verb]: right })}
          />
          {isOpen(rights) && (
            <Notice tone="warning">{t.settings.publicCollections}</Notice>
          )}
          {!isOpen(rights) && open.length > 0 && (
            <Notice tone="warning">
              {t.settings.publicOverrides(open.join(", "))}
            </Notice>
          )}
          <Overrides
            collections={collections}
            onOverrides={(overrides) => onChange({ overrides })}
          />
          <Switch
            label={t.settings.validate}
            hint={t.settings.validateHint}
            on={collections.validate}
            onChange={(validate) => onChange({ validate })}
          />
        </>
      )}
    </Card>
  );
}
