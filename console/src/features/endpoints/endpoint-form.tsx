import { useLingui } from '@lingui/react';
import { useState, type SubmitEvent } from 'react';
import type { EndpointQuery } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { CheckField, TextField } from '../../ui/field.js';
import { formText } from '../../ui/form-text.js';
import { EventPicker } from './event-picker.js';
import { parseDelays } from './endpoint-view.js';
import { refusalsByField } from '../../domain/refusals.js';
import { EndpointCreateDocument, EndpointUpdateDocument } from './endpoints.graphql.js';
import type { ShownSecret } from './secret-dialog.js';
import styles from './endpoints.module.css';

export type EditedEndpoint = NonNullable<EndpointQuery['endpoint']>;
const defaultDelays = [30, 300, 1800, 7200];
const formId = 'endpoint-form';

interface Saved {
  id: string;
  secret: ShownSecret | null;
}

/** Sends what the form has; answers with refusals by field, or with what was saved. */
function useSave(endpoint: EditedEndpoint | null) {
  const { cached, direct } = useLive();
  const [key] = useState(randomKey);
  return async (input: {
    url: string;
    events: string[];
    enabled: boolean;
    description: string | null;
    settings: { retryDelaysSeconds: number[]; timeoutMs: number };
  }): Promise<{ refusals: Record<string, string> } | { saved: Saved }> => {
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

  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const delays = parseDelays(formText(form, 'delays'));
    const timeoutMs = Math.round(Number(form.get('timeout')) * 1000);
    if (events.length === 0) {
      setRefusals({ events: i18n.t('Choose at least one event.') });
      return;
    }
    if (!delays) {
      setRefusals({ settings: i18n.t('At most ten whole numbers of seconds, each at most a day.') });
      return;
    }
    setBusy(true);
    const answer = await save({
      url: formText(form, 'url'),
      events,
      enabled: form.get('enabled') !== null,
      description: formText(form, 'description') || null,
      settings: { retryDelaysSeconds: delays, timeoutMs },
    });
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
        <details className={styles.advanced} open={refusals.settings !== undefined || undefined}>
          <summary>{i18n.t('Retries and deadline')}</summary>
          <TextField
            label={i18n.t('Seconds to wait before each retry')}
            name="delays"
            defaultValue={(endpoint?.settings.retryDelaysSeconds ?? defaultDelays).join(', ')}
            error={refusals.settings}
            hint={i18n.t('At most ten; up to 20 % is added to each, never taken.')}
          />
          <TextField
            label={i18n.t('Deadline of a request, in seconds')}
            name="timeout"
            type="number"
            min={1}
            max={30}
            step={0.5}
            required
            defaultValue={(endpoint?.settings.timeoutMs ?? 15_000) / 1000}
          />
        </details>
      </form>
    </Dialog>
  );
}
