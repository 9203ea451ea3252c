import { useLingui } from '@lingui/react';
import { useState } from 'react';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextArea, TextField } from '../../ui/field.js';
import { isCustomName } from '../../domain/event-names.js';
import { refusalsByField } from '../../domain/refusals.js';
import { EventPublishDocument } from './events.graphql.js';

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Publishes an event of the workspace's own. */
export function PublishDialog({ onPublished, onClose }: { onPublished: (id: string) => void; onClose: () => void }) {
  const { i18n } = useLingui();
  const { cached } = useLive();
  const [key] = useState(randomKey);
  const [event, setEvent] = useState('custom.');
  const [text, setText] = useState('{\n  \n}');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  const data = parsed(text);
  const publish = async () => {
    if (!data) return;
    setBusy(true);
    const answer = await cached
      .mutation(EventPublishDocument, { input: { event, data: data.value, idempotencyKey: key } })
      .toPromise();
    setBusy(false);
    const payload = answer.data?.eventPublish;
    if (payload?.event) onPublished(payload.event.id);
    else setRefusals(answer.error ? { '': answer.error.message } : refusalsByField(payload?.errors ?? []));
  };
  return (
    <Dialog
      title={i18n.t('Publish an event')}
      onClose={onClose}
      note={i18n.t('An event of your own goes to every endpoint that listens to its type, like any other.')}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" busy={busy} disabled={!data || !isCustomName(event)} onClick={() => void publish()}>
            {i18n.t('Publish')}
          </Button>
        </>
      }
    >
      {refusals[''] && (
        <Banner tone="bad" inset live>
          {refusals['']}
        </Banner>
      )}
      <TextField
        label={i18n.t('Event type')}
        value={event}
        spellCheck={false}
        autoComplete="off"
        onChange={(change) => setEvent(change.target.value.trim())}
        error={refusals.event}
        hint="custom.order.late"
      />
      <TextArea
        className="mono"
        label={i18n.t('Data')}
        rows={8}
        spellCheck={false}
        value={text}
        onChange={(change) => setText(change.target.value)}
        error={data ? refusals.data : i18n.t('This is not JSON.')}
      />
    </Dialog>
  );
}
