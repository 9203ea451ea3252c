import { useLingui } from '@lingui/react';
import { useState } from 'react';
import { useLive } from '../../live/live-context.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextField } from '../../ui/field.js';
import { hostOf } from '../../domain/url-text.js';
import { EndpointDeleteDocument } from './endpoints.graphql.js';

/** Deletes an endpoint, once its host is typed. */
export function DeleteDialog({
  endpoint,
  onDeleted,
  onClose,
}: {
  endpoint: { id: string; url: string };
  onDeleted: () => void;
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const { cached } = useLive();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const host = hostOf(endpoint.url);
  const right = typed.trim().toLowerCase() === host.toLowerCase();
  const remove = async () => {
    setBusy(true);
    const { data, error } = await cached.mutation(EndpointDeleteDocument, { id: endpoint.id }).toPromise();
    setBusy(false);
    if (data?.endpointDelete.endpoint) onDeleted();
    else setRefusal(error?.message ?? data?.endpointDelete.errors[0]?.message ?? '');
  };
  return (
    <Dialog
      title={i18n.t('Delete webhook endpoint')}
      size="narrow"
      onClose={onClose}
      note={i18n.t('Permanently removes the endpoint and its delivery log. The secret is invalidated immediately.')}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" danger busy={busy} disabled={!right} onClick={() => void remove()}>
            {i18n.t('Delete')}
          </Button>
        </>
      }
    >
      {refusal !== null && (
        <Banner tone="bad" inset live>
          {refusal}
        </Banner>
      )}
      <TextField
        label={i18n.t('Type {host} to confirm', { host })}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
    </Dialog>
  );
}
