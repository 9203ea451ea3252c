import { useLingui } from '@lingui/react';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { SelectField } from '../../ui/field.js';
import { EndpointSecretRotateDocument } from './endpoints.graphql.js';
import type { ShownSecret } from './secret-dialog.js';

/** Makes a new secret; the old one ends at once, or signs along for a while. */
export function RotateDialog({
  endpoint,
  onRotated,
  onClose,
}: {
  endpoint: { id: string; url: string };
  onRotated: (secret: ShownSecret) => void;
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const { direct } = useLive();
  const [key] = useState(randomKey);
  const [overlap, setOverlap] = useState('0');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const rotate = async () => {
    setBusy(true);
    const { data, error } = await direct
      .mutation(EndpointSecretRotateDocument, { id: endpoint.id, overlapSeconds: Number(overlap), key })
      .toPromise();
    setBusy(false);
    const payload = data?.endpointSecretRotate;
    if (payload?.endpoint) {
      onRotated({ url: endpoint.url, secret: payload.secret ?? null, standardSecret: payload.standardSecret ?? null });
    } else setRefusal(error?.message ?? payload?.errors[0]?.message ?? '');
  };
  return (
    <Dialog
      title={i18n.t('Rotate secret')}
      onClose={onClose}
      note={endpoint.url}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" busy={busy} onClick={() => void rotate()}>
            {i18n.t('Rotate secret')}
          </Button>
        </>
      }
    >
      <Banner tone="wait" inset icon={<TriangleAlert size={15} />}>
        {i18n.t('Update your signature verification code before rotating.')}{' '}
        {i18n.t('X-Enafeedback-Signature is made with the new secret from now on.')}
      </Banner>
      {refusal !== null && (
        <Banner tone="bad" inset live>
          {refusal}
        </Banner>
      )}
      <SelectField
        label={i18n.t('The old secret also signs in webhook-signature')}
        value={overlap}
        onChange={(event) => setOverlap(event.target.value)}
        hint={i18n.t('Standard Webhooks libraries accept either of two signatures; with an overlap they miss nothing.')}
      >
        <option value="0">{i18n.t('not at all')}</option>
        <option value="900">{i18n.t('for 15 minutes')}</option>
        <option value="3600">{i18n.t('for an hour')}</option>
        <option value="86400">{i18n.t('for a day')}</option>
      </SelectField>
    </Dialog>
  );
}
