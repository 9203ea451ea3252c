import { useLingui } from '@lingui/react';
import type { NavigateOptions } from '@tanstack/react-router';
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { useQuery } from 'urql';
import { Dialog } from '../../ui/dialog.js';
import { urlWithoutScheme } from '../../domain/url-text.js';
import { findEntries, pageOfId, type PaletteEntry } from './palette-entries.js';
import { useMay } from './session.js';
import { PaletteDocument } from './shell.graphql.js';
import styles from './shell.module.css';

function useEntries(query: string): PaletteEntry[] {
  const { i18n } = useLingui();
  const mayWebhooks = useMay('WEBHOOKS_READ');
  const mayEvents = useMay('EVENTS_READ');
  const [{ data }] = useQuery({ query: PaletteDocument, pause: !mayWebhooks || !mayEvents });
  const all = useMemo<PaletteEntry[]>(() => {
    const page = (label: string, to: NavigateOptions): PaletteEntry => ({
      key: label,
      label,
      kind: i18n.t('Page'),
      to,
    });
    return [
      page(i18n.t('Deliveries'), { to: '/deliveries' }),
      page(i18n.t('Failed deliveries'), { to: '/deliveries', search: { status: 'failed' } }),
      page(i18n.t('Endpoints'), { to: '/endpoints' }),
      page(i18n.t('Events'), { to: '/events' }),
      page(i18n.t('Event catalogue'), { to: '/events', search: { tab: 'catalogue' } }),
      page(i18n.t('Settings'), { to: '/settings/workspace' }),
      page(i18n.t('Integrations'), { to: '/settings/integrations' }),
      page(i18n.t('API tokens'), { to: '/settings/tokens' }),
      ...(data?.endpoints.nodes ?? []).map<PaletteEntry>((endpoint) => ({
        key: endpoint.id,
        label: urlWithoutScheme(endpoint.url),
        kind: i18n.t('Endpoint'),
        to: { to: '/endpoints', search: { open: endpoint.id } },
      })),
      ...(data?.eventTypes ?? []).map<PaletteEntry>((type) => ({
        key: type.name,
        label: type.name,
        kind: i18n.t('Event type'),
        to: { to: '/deliveries', search: { event: type.name } },
      })),
    ];
  }, [data, i18n]);
  const byId = pageOfId(query.trim());
  if (byId) return [{ key: query, label: query.trim(), kind: i18n.t('Open by its id'), to: byId }];
  return findEntries(all, query);
}

/** Jump to a page, an endpoint, the deliveries of an event type, or whatever an id names. */
export function Palette({ onClose, onGo }: { onClose: () => void; onGo: (to: NavigateOptions) => void }) {
  const { i18n } = useLingui();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const entries = useEntries(query);
  const chosen = entries[Math.min(at, entries.length - 1)];
  const go = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    onGo(entry.to);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') go(chosen);
    if (!step || entries.length === 0) return;
    event.preventDefault();
    const next = (at + step + entries.length) % entries.length;
    setAt(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog title={i18n.t('Search or jump to…')} onClose={onClose}>
      <input
        className={styles.search}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={chosen ? `${listId}-${entries.indexOf(chosen)}` : undefined}
        aria-label={i18n.t('Search or jump to…')}
        placeholder={i18n.t('A page, an endpoint, an event type, or any id')}
        value={query}
        autoFocus
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className={styles.found} id={listId} role="listbox" aria-label={i18n.t('Found')}>
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={entry === chosen}
            className={styles.entry}
            onPointerMove={() => setAt(index)}
            onClick={() => go(entry)}
          >
            <span>{entry.label}</span>
            <em>{entry.kind}</em>
          </li>
        ))}
        {entries.length === 0 && <li className={styles.none}>{i18n.t('Nothing found')}</li>}
      </ul>
    </Dialog>
  );
}
