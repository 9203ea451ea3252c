import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import type { CatalogueQuery } from '../../gql/graphql.js';
import { CodeBlock } from '../../ui/code-block.js';
import { KeyValues } from '../../ui/key-values.js';
import { Failure, Skeleton } from '../../ui/list-states.js';
import { Panel } from '../../ui/panel.js';
import { Table, type Column } from '../../ui/table.js';
import { CatalogueDocument } from './events.graphql.js';
import styles from './events.module.css';

type EventType = CatalogueQuery['eventTypes'][number];

/** Every type of event there is: the catalogue's and the workspace's own. */
export function CatalogueList({ openName, onOpen }: { openName: string | undefined; onOpen: (name: string) => void }) {
  const { i18n } = useLingui();
  const [{ data, error }, ask] = useQuery({ query: CatalogueDocument });
  const columns = useMemo<Column<EventType>[]>(
    () => [
      {
        key: 'name',
        header: i18n.t('Event type'),
        width: 280,
        cell: (type) => (
          <>
            <span className={styles.type}>{type.name}</span>
            {type.custom && <span className={styles.tag}>{i18n.t('own')}</span>}
          </>
        ),
      },
      {
        key: 'when',
        header: i18n.t('When it happens'),
        title: (type) => type.description,
        rank: 'secondary',
        cell: (type) => type.description,
      },
    ],
    [i18n],
  );
  if (error && !data) return <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton />;
  return (
    <Table
      label={i18n.t('Event catalogue')}
      columns={columns}
      rows={data.eventTypes}
      rowKey={(type) => type.name}
      openKey={openName}
      onOpen={onOpen}
    />
  );
}

/** A type's other names, schema and sample. */
export function EventTypePanel({ name, onClose }: { name: string; onClose: () => void }) {
  const { i18n } = useLingui();
  const [{ data }] = useQuery({ query: CatalogueDocument });
  const type = data?.eventTypes.find((each) => each.name === name);
  return (
    <Panel title={name} label={i18n.t('Event type')} onClose={onClose}>
      {!type ? (
        <Skeleton rows={6} />
      ) : (
        <>
          <p className={styles.lead}>{type.description}</p>
          <KeyValues entries={[[i18n.t('Also named'), type.aliases.join(', ')]]} />
          <h3 className={styles.head}>{i18n.t('Sample of data')}</h3>
          <CodeBlock text={JSON.stringify(type.sample, null, 2)} label={i18n.t('Sample of data')} head="data" />
          {type.dataSchema != null && (
            <>
              <h3 className={styles.head}>{i18n.t('JSON Schema of data')}</h3>
              <CodeBlock
                text={JSON.stringify(type.dataSchema, null, 2)}
                label={i18n.t('JSON Schema of data')}
                head="JSON Schema"
              />
            </>
          )}
        </>
      )}
    </Panel>
  );
}
