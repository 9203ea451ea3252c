import { useLingui } from '@lingui/react';
import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { Button } from './button.js';
import styles from './pairs-editor.module.css';

/** A line of the editor; `key` only tells the lines apart. */
export interface Pair {
  key: number;
  name: string;
  value: string;
}

/** The first free key for another line. */
function nextKey(pairs: readonly Pair[]): number {
  return Math.max(0, ...pairs.map(({ key }) => key)) + 1;
}

/** Names and values to write, a line each. What is empty on both sides counts for nothing. */
export function PairsEditor({
  label,
  nameLabel,
  valueLabel,
  pairs,
  onChange,
  secret = false,
  atMost,
  hint,
  error,
}: {
  label: string;
  nameLabel: string;
  valueLabel: string;
  pairs: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  /** Values are not shown as they are written. */
  secret?: boolean;
  atMost: number;
  hint?: string;
  error?: string | undefined;
}) {
  const { i18n } = useLingui();
  const id = useId();
  const change = (key: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.key === key ? { ...pair, ...part } : pair)));
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <fieldset className={styles.pairs} aria-describedby={described || undefined}>
      <legend className={styles.legend}>{label}</legend>
      <div>
        {pairs.map((pair, place) => (
          <div key={pair.key} className={styles.line}>
            <input
              className={styles.input}
              aria-label={`${nameLabel} ${place + 1}`}
              aria-invalid={error ? true : undefined}
              placeholder={nameLabel}
              value={pair.name}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => change(pair.key, { name: event.target.value })}
            />
            <input
              className={styles.input}
              aria-label={`${valueLabel} ${place + 1}`}
              aria-invalid={error ? true : undefined}
              placeholder={valueLabel}
              type={secret ? 'password' : 'text'}
              value={pair.value}
              autoComplete={secret ? 'new-password' : 'off'}
              spellCheck={false}
              onChange={(event) => change(pair.key, { value: event.target.value })}
            />
            <Button
              look="quiet"
              icon
              aria-label={`${i18n.t('Remove')} ${pair.name || String(place + 1)}`}
              onClick={() => onChange(pairs.filter(({ key }) => key !== pair.key))}
            >
              <X size={14} />
            </Button>
          </div>
        ))}
      </div>
      {pairs.length < atMost && (
        <Button onClick={() => onChange([...pairs, { key: nextKey(pairs), name: '', value: '' }])}>
          <Plus size={14} />
          {i18n.t('Add a line')}
        </Button>
      )}
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className={styles.error} id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
