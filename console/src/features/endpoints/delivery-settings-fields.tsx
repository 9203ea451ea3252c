import { useLingui } from '@lingui/react';
import { Button } from '../../ui/button.js';
import { CheckField, TextField } from '../../ui/field.js';
import { PairsEditor, type Pair } from '../../ui/pairs-editor.js';
import type { EditedEndpoint } from './endpoint-form.js';
import styles from './endpoints.module.css';

const defaultDelays = [30, 300, 1800, 7200];
const headersAtMost = 20;
const refusedFields = ['retryDelaysSeconds', 'timeoutMs', 'concurrencyCeiling', 'ratePerSecond', 'headers'];

/** Custom headers. Values are written and never read: to change one, all are given again. */
function HeaderFields({
  names,
  headers,
  onChange,
  error,
}: {
  names: readonly string[];
  headers: readonly Pair[] | null;
  onChange: (headers: Pair[] | null) => void;
  error: string | undefined;
}) {
  const { i18n } = useLingui();
  const label = i18n.t('Custom headers');
  if (!headers) {
    return (
      <fieldset className={styles.fieldset}>
        <legend className={styles.legend}>{label}</legend>
        <div className={styles.kept}>
          <span className="mono">{names.length > 0 ? names.map((name) => `${name}: ••••`).join(', ') : '–'}</span>
          <Button onClick={() => onChange(names.map((name, key) => ({ key, name, value: '' })))}>
            {names.length > 0 ? i18n.t('Replace the headers') : i18n.t('Add headers')}
          </Button>
        </div>
        <p className={styles.hint}>
          {i18n.t('Sent with every request. Values are kept encrypted and never shown again.')}
        </p>
      </fieldset>
    );
  }
  return (
    <PairsEditor
      label={label}
      nameLabel={i18n.t('Header')}
      valueLabel={i18n.t('Value')}
      pairs={headers}
      onChange={onChange}
      secret
      atMost={headersAtMost}
      error={error}
      hint={i18n.t(
        'These replace all there are: values cannot be read, so give each again. What you leave out is removed.',
      )}
    />
  );
}

/** How deliveries to the endpoint are made; folded away while one is made, for the defaults are good. */
export function DeliverySettingsFields({
  endpoint,
  headers,
  onHeaders,
  refusals,
}: {
  endpoint: EditedEndpoint | null;
  headers: readonly Pair[] | null;
  onHeaders: (headers: Pair[] | null) => void;
  refusals: Record<string, string>;
}) {
  const { i18n } = useLingui();
  const settings = endpoint?.settings;
  const open = endpoint !== null || refusedFields.some((name) => refusals[name] !== undefined);
  return (
    <details className={styles.section} open={open || undefined}>
      <summary>{i18n.t('Delivery settings')}</summary>
      <TextField
        label={i18n.t('Seconds to wait before each retry')}
        name="delays"
        defaultValue={(settings?.retryDelaysSeconds ?? defaultDelays).join(', ')}
        error={refusals.retryDelaysSeconds}
        hint={i18n.t('At most ten; up to 20 % is added to each, never taken. Empty: no retries.')}
      />
      <div className={styles.pair}>
        <TextField
          label={i18n.t('Deadline of a request, in seconds')}
          name="timeout"
          inputMode="decimal"
          defaultValue={(settings?.timeoutMs ?? 15_000) / 1000}
          error={refusals.timeoutMs}
          hint={i18n.t('1 to 30, the whole of it.')}
        />
        <TextField
          label={i18n.t('Requests in flight, at most')}
          name="ceiling"
          inputMode="numeric"
          defaultValue={settings?.concurrencyCeiling ?? 256}
          error={refusals.concurrencyCeiling}
          hint={i18n.t('1 to 256. From 8 it adapts up to that, and down when the endpoint is in trouble.')}
        />
      </div>
      <TextField
        label={i18n.t('Deliveries a second, at most')}
        name="rate"
        inputMode="decimal"
        defaultValue={settings?.ratePerSecond ?? ''}
        placeholder={i18n.t('no limit')}
        error={refusals.ratePerSecond}
        hint={i18n.t('What is more waits its turn; nothing is lost.')}
      />
      <CheckField
        label={i18n.t('One after the other')}
        name="fifo"
        defaultChecked={settings?.fifo ?? false}
        hint={i18n.t('In the order of events; a failing one holds up the rest.')}
      />
      <HeaderFields
        names={settings?.headers.map(({ name }) => name) ?? []}
        headers={headers}
        onChange={onHeaders}
        error={refusals.headers}
      />
    </details>
  );
}
