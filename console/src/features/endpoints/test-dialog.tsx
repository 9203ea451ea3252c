import { useLingui } from '@lingui/react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { SelectField, TextArea } from '../../ui/field.js';
import { groupTypes } from '../../domain/event-names.js';
import { EndpointTestDocument, EventTypesDocument } from './endpoints.graphql.js';

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Composes a test event: a type, and its sample, which may be changed. */
export function TestDialog({
  endpoint,
  onSent,
  onClose,
}: {
  endpoint: { id: string; url: string; events: readonly string[] };
  onSent: (deliveryId: string) => void;
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const { cached } = useLive();
  const [{ data }] = useQuery({ query: EventTypesDocument });
  const [chosen, setChosen] = useState<string | null>(null);
  const [edited, setEdited] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const types = data?.eventTypes ?? [];
  const listed = types.find((type) => [type.name, ...type.aliases].some((name) => endpoint.events.includes(name)));
  const event = chosen ?? listed?.name ?? types[0]?.name ?? '';
  const sample = JSON.stringify(types.find((type) => type.name === event)?.sample ?? {}, null, 2);
  const text = edited ?? sample;
  const body = parsed(text);

  const send = async () => {
    setBusy(true);
    const answer = await cached
      .mutation(EndpointTestDocument, {
        id: endpoint.id,
        event,
        key: randomKey(),
        ...(edited !== null && body && { data: body.value }),
      })
      .toPromise();
    setBusy(false);
    const delivery = answer.data?.endpointTest.delivery;
    if (delivery) onSent(delivery.id);
    else setRefusal(answer.error?.message ?? answer.data?.endpointTest.errors[0]?.message ?? '');
  };
  return (
    <Dialog
      title={i18n.t('Send test event')}
      onClose={onClose}
      note={i18n.t('One attempt to {url}, marked "test": true in the payload. It counts in no figure.', {
        url: endpoint.url,
      })}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" busy={busy} disabled={!body || event === ''} onClick={() => void send()}>
            {i18n.t('Send test event')}
          </Button>
        </>
      }
    >
      {refusal !== null && (
        <Banner tone="bad" inset live>
          {refusal}
        </Banner>
      )}
      <SelectField
        label={i18n.t('Event type')}
        value={event}
        onChange={(change) => {
          setChosen(change.target.value);
          setEdited(null);
        }}
      >
        {groupTypes(types).map((group) => (
          <optgroup key={group.prefix} label={group.prefix}>
            {group.types.map((type) => (
              <option key={type.name}>{type.name}</option>
            ))}
          </optgroup>
        ))}
      </SelectField>
      <TextArea
        className="mono"
        label={i18n.t('Data')}
        rows={12}
        spellCheck={false}
        value={text}
        onChange={(change) => setEdited(change.target.value)}
        error={body ? undefined : i18n.t('This is not JSON.')}
        hint={i18n.t('Mock data of the catalogue; change it as you like.')}
      />
    </Dialog>
  );
}
