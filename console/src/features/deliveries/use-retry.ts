import { useLingui } from '@lingui/react';
import { useCallback, useState } from 'react';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { showToast } from '../../ui/toast-store.js';
import { DeliveryRetryDocument } from './deliveries.graphql.js';

/** Asks for one attempt now; says what came of asking. `force`: also of a delivery that has arrived. */
export function useRetry(): { busy: boolean; retry: (id: string, force: boolean) => Promise<boolean> } {
  const { i18n } = useLingui();
  const { cached } = useLive();
  const [busy, setBusy] = useState(false);
  const retry = useCallback(
    async (id: string, force: boolean) => {
      setBusy(true);
      const { data, error } = await cached.mutation(DeliveryRetryDocument, { id, force, key: randomKey() }).toPromise();
      setBusy(false);
      const refused = error?.message ?? data?.deliveryRetry.errors[0]?.message;
      if (refused) showToast(refused, 'bad');
      else showToast(i18n.t('A new attempt is on its way: same event, same id.'));
      return !refused;
    },
    [cached, i18n],
  );
  return { busy, retry };
}
