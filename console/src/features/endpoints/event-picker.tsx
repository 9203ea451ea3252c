import { useLingui } from '@lingui/react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Button } from '../../ui/button.js';
import { groupTypes, isCustomName } from '../../domain/event-names.js';
import { EventTypesDocument } from './endpoints.graphql.js';
import styles from './endpoints.module.css';

/** Chooses what an endpoint listens to: everything there is and will be, or types by name. */
export function EventPicker({
  events,
  onChange,
  error,
}: {
  events: readonly string[];
  onChange: (events: string[]) => void;
  error: string | undefined;
}) {
  const { i18n } = useLingui();
  const [{ data, fetching }] = useQuery({ query: EventTypesDocument });
  const [chosen, setChosen] = useState<readonly string[]>(events.includes('*') ? [] : events);
  const [own, setOwn] = useState('');
  const all = events.includes('*');
  const known = data?.eventTypes ?? [];
  const names = new Set(known.flatMap((type) => [type.name, ...type.aliases]));
  // Names the endpoint lists that no type of the catalogue has: undeclared own types, and aliases.
  const extra = [...new Set([...events, ...chosen])]
    .filter((name) => name !== '*' && (!names.has(name) || !known.some((type) => type.name === name)))
    .map((name) => ({ name, aliases: [], description: names.has(name) ? i18n.t('Another name') : '', custom: true }));
  const choose = (next: readonly string[]) => {
    setChosen(next);
    onChange([...next]);
  };
  return (
    <fieldset className={styles.fieldset}>
      <legend className={styles.legend}>{i18n.t('Events')}</legend>
      <div className={styles.choice}>
        <label className={styles.radio}>
          <input type="radio" name="which" checked={all} onChange={() => onChange(['*'])} />
          <span>
            {i18n.t('All events')} <span className="dim">{i18n.t('(*), those to come as well')}</span>
          </span>
        </label>
        <label className={styles.radio}>
          <input type="radio" name="which" checked={!all} onChange={() => onChange([...chosen])} />
          <span>
            {i18n.t('These events')}{' '}
            {!all && <span className="dim num">{i18n.t('{count} chosen', { count: chosen.length })}</span>}
          </span>
        </label>
      </div>
      {!all && (
        <>
          <div className={styles.picker} role="group" aria-label={i18n.t('Event types')} aria-busy={fetching}>
            {groupTypes([...known, ...extra]).map((group) => (
              <div key={group.prefix}>
                <div className={styles.group}>{group.prefix}</div>
                {group.types.map((type) => (
                  <label key={type.name} className={styles.type}>
                    <input
                      type="checkbox"
                      checked={chosen.includes(type.name)}
                      onChange={(event) =>
                        choose(
                          event.target.checked ? [...chosen, type.name] : chosen.filter((name) => name !== type.name),
                        )
                      }
                    />
                    <b>{type.name}</b>
                    {type.description && <small>{type.description}</small>}
                  </label>
                ))}
              </div>
            ))}
          </div>
          <div className={styles.own}>
            <input
              value={own}
              placeholder="custom.order.late"
              aria-label={i18n.t('Own event type')}
              onChange={(event) => setOwn(event.target.value.trim())}
            />
            <Button
              disabled={!isCustomName(own) || chosen.includes(own)}
              onClick={() => {
                choose([...chosen, own]);
                setOwn('');
              }}
            >
              {i18n.t('Add own type')}
            </Button>
          </div>
        </>
      )}
      {error && (
        <div className={styles.error} role="alert">
          {error}
        </div>
      )}
    </fieldset>
  );
}
