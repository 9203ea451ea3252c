import { useLingui } from '@lingui/react';
import { useState, type SubmitEvent } from 'react';
import type { EndpointQuery } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { CheckField, TextField } from '../../ui/field.js';
import { PairsEditor, type Pair } from '../../ui/pairs-editor.js';
import { DeliverySettingsFields } from './delivery-settings-fields.js';
import { readEndpointForm, type EndpointInput } from './endpoint-input.js';
import { EventPicker } from './event-picker.js';
import { PlacePicker } from './place-picker.js';
import { refusalsByField } from '../../domain/refusals.js';
import { EndpointCreateDocument, EndpointUpdateDocument } from './endpoints.graphql.js';
import type { ShownSecret } from './secret-dialog.js';
import styles from './endpoints.module.css';

export type EditedEndpoint = NonNullable<EndpointQuery['endpoint']>;
const formId = 'endpoint-form';
const placeFields = ['locationIds', 'externalId', 'metadata'];

interface Saved {
  id: string;
  secret: ShownSecret | null;
}

/** Sends what the form has; answers with refusals by field, or with what was saved. */
function useSave(endpoint: EditedEndpoint | null) {
  const { cached, direct } = useLive();
  const [key] = useState(randomKey);
  return async (input: EndpointInput): Promise<{ refusals: Record<string, string> } | { saved: Saved }> => {
    if (endpoint) {
      const { data, error } = await cached.mutation(EndpointUpdateDocument, { id: endpoint.id, input }).toPromise();
      if (error) return { refusals: { '': error.message } };
      const payload = data?.endpointUpdate;
      if (!payload?.endpoint) return { refusals: refusalsByField(payload?.errors ?? []) };
      return { saved: { id: endpoint.id, secret: null } };
    }
    // Not through the cache: the answer has the secret.
    const { data, error } = await direct.mutation(EndpointCreateDocument, { input, key }).toPromise();
    if (error) return { refusals: { '': error.message } };
    const payload = data?.endpointCreate;
    if (!payload?.endpoint) return { refusals: refusalsByField(payload?.errors ?? []) };
    const { endpoint: made, secret, standardSecret } = payload;
    return { saved: { id: made.id, secret: { url: made.url, secret, standardSecret } } };
  };
}

/** Makes an endpoint, or changes one. */
export function EndpointForm({
  endpoint,
  onSaved,
  onClose,
}: {
  endpoint: EditedEndpoint | null;
  onSaved: (saved: Saved) => void;
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const save = useSave(endpoint);
  const [events, setEvents] = useState<string[]>(endpoint?.events ?? ['*']);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [headers, setHeaders] = useState<readonly Pair[] | null>(null);
  const [locationIds, setLocationIds] = useState<readonly string[]>(endpoint?.locationIds ?? []);
  const [metadata, setMetadata] = useState<readonly Pair[]>(
    endpoint?.metadata.map(({ key: name, value }, key) => ({ key, name, value })) ?? [],
  );

  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (events.length === 0) {
      setRefusals({ events: i18n.t('Choose at least one event.') });
      return;
    }
    const read = readEndpointForm(new FormData(event.currentTarget), { events, metadata, headers, locationIds });
    if ('unreadable' in read) {
      const sentences = {
        delays: i18n.t('At most ten whole numbers of seconds, each at most a day.'),
        number: i18n.t('This is not a number that fits here.'),
      };
      setRefusals(Object.fromEntries(Object.entries(read.unreadable).map(([name, why]) => [name, sentences[why]])));
      return;
    }
    setBusy(true);
    const answer = await save(read.input);
    setBusy(false);
    if ('saved' in answer) onSaved(answer.saved);
    else setRefusals(answer.refusals);
  };
  return (
    <Dialog
      title={endpoint ? i18n.t('Edit webhook endpoint') : i18n.t('Add webhook endpoint')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" type="submit" form={formId} busy={busy}>
            {i18n.t('Save')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={(event) => void onSubmit(event)}>
        {refusals[''] && (
          <Banner tone="bad" inset live>
            {refusals['']}
          </Banner>
        )}
        <TextField
          label={i18n.t('Endpoint URL')}
          name="url"
          type="url"
          inputMode="url"
          required
          autoFocus={!endpoint}
          maxLength={2048}
          defaultValue={endpoint?.url}
          placeholder="https://example.com/webhooks"
          error={refusals.url}
          hint={i18n.t('The HTTPS URL that will receive events.')}
        />
        <EventPicker events={events} onChange={setEvents} error={refusals.events} />
        <TextField
          label={i18n.t('Description')}
          name="description"
          maxLength={500}
          defaultValue={endpoint?.description ?? ''}
          error={refusals.description}
          hint={i18n.t('What it is for; only you see it.')}
        />
        <CheckField
          label={i18n.t('Enabled')}
          name="enabled"
          defaultChecked={endpoint?.enabled ?? true}
          hint={i18n.t('A disabled endpoint gets no events and keeps its settings.')}
        />
        <DeliverySettingsFields endpoint={endpoint} headers={headers} onHeaders={setHeaders} refusals={refusals} />
        <details
          className={styles.section}
          open={endpoint !== null || placeFields.some((name) => refusals[name] !== undefined) || undefined}
        >
          <summary>{i18n.t('Places and names')}</summary>
          <PlacePicker chosen={locationIds} onChange={setLocationIds} error={refusals.locationIds} />
          <TextField
            label={i18n.t('External id')}
            name="externalId"
            autoComplete="off"
            spellCheck={false}
            defaultValue={endpoint?.externalId ?? ''}
            error={refusals.externalId}
            hint={i18n.t('Your own id for it; unique in the workspace.')}
          />
          <PairsEditor
            label={i18n.t('Metadata')}
            nameLabel={i18n.t('Name')}
            valueLabel={i18n.t('Value')}
            pairs={metadata}
            onChange={setMetadata}
            atMost={20}
            error={refusals.metadata}
            hint={i18n.t('Your own pairs, to find it by.')}
          />
        </details>
      </form>
    </Dialog>
  );
}
