import { useLingui } from '@lingui/react';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Scope } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { CopyButton } from '../../ui/copy-button.js';
import { Dialog } from '../../ui/dialog.js';
import { SelectField, TextField } from '../../ui/field.js';
import { refusalsByField } from '../../domain/refusals.js';
import { useSession } from '../shell/session.js';
import { scopeName } from './scope-name.js';
import { ApiTokenCreateDocument } from './settings.graphql.js';
import styles from './settings.module.css';

const dayMs = 86_400_000;

/** Makes a token with chosen scopes, then shows it this once. */
export function TokenDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { i18n } = useLingui();
  const { direct } = useLive();
  const { viewer } = useSession();
  const [key] = useState(randomKey);
  const [name, setName] = useState('');
  const [days, setDays] = useState('');
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  const [secret, setSecret] = useState<string | null>(null);

  const make = async () => {
    setBusy(true);
    const expiresAt = days === '' ? null : new Date(Date.now() + Number(days) * dayMs).toISOString();
    const { data, error } = await direct
      .mutation(ApiTokenCreateDocument, { input: { name: name.trim(), scopes, expiresAt }, key })
      .toPromise();
    setBusy(false);
    const payload = data?.apiTokenCreate;
    if (payload?.secret) {
      setSecret(payload.secret);
      onMade();
    } else setRefusals(error ? { '': error.message } : refusalsByField(payload?.errors ?? []));
  };
  if (secret !== null) {
    return (
      <Dialog
        title={i18n.t('API token')}
        dismissible={false}
        onClose={onClose}
        note={name}
        foot={
          <Button look="primary" onClick={onClose}>
            {i18n.t('I have saved it')}
          </Button>
        }
      >
        <Banner tone="wait" inset icon={<TriangleAlert size={15} />}>
          {i18n.t('Copy it now: it is shown this once and cannot be read again.')}
        </Banner>
        <div className={styles.secret}>
          <code>{secret}</code>
          <CopyButton text={secret} label={i18n.t('Copy the token')}>
            {i18n.t('Copy')}
          </CopyButton>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={i18n.t('New API token')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button
            look="primary"
            busy={busy}
            disabled={name.trim() === '' || scopes.length === 0}
            onClick={() => void make()}
          >
            {i18n.t('Create the token')}
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
        label={i18n.t('Name')}
        value={name}
        maxLength={120}
        autoFocus
        onChange={(event) => setName(event.target.value)}
        error={refusals.name}
        hint={i18n.t('What it is for.')}
      />
      <SelectField label={i18n.t('Valid')} value={days} onChange={(event) => setDays(event.target.value)}>
        <option value="">{i18n.t('until it is revoked')}</option>
        {[30, 90, 365].map((count) => (
          <option key={count} value={count}>
            {i18n.t('{count, plural, one {for # day} other {for # days}}', { count })}
          </option>
        ))}
      </SelectField>
      <fieldset>
        <legend className={styles.legend}>{i18n.t('What it may do')}</legend>
        <div className={styles.scopes}>
          {viewer.scopes.map((scope) => (
            <label key={scope} className={styles.scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
                }
              />
              <span className="mono">{scopeName(scope)}</span>
            </label>
          ))}
        </div>
        {refusals.scopes && <div className={styles.error}>{refusals.scopes}</div>}
      </fieldset>
    </Dialog>
  );
}
