import { useLingui } from '@lingui/react';
import { useLive } from '../../live/live-context.js';
import { showToast } from '../../ui/toast-store.js';
import { EndpointUpdateDocument } from './endpoints.graphql.js';

/** Enables a disabled endpoint, disables an enabled one, and says what came of it. */
export function useToggle(): (endpoint: { id: string; enabled: boolean }) => Promise<void> {
  const { i18n } = useLingui();
  const { cached } = useLive();
  return async ({ id, enabled }) => {
    const input = { enabled: !enabled };
    const { data, error } = await cached.mutation(EndpointUpdateDocument, { id, input }).toPromise();
    const refused = error?.message ?? data?.endpointUpdate.errors[0]?.message;
    if (refused) showToast(refused, 'bad');
    else {
      showToast(
        input.enabled
          ? i18n.t('Enabled: what waited goes on.')
          : i18n.t('Disabled: no new deliveries are made, pending ones wait.'),
      );
    }
  };
}
