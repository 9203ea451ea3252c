import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { hourBars } from '../../domain/stat-bars.js';
import type { EndpointRowFragment } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { Sparkline } from '../../ui/sparkline.js';
import type { BarsById } from './use-endpoints.js';
import styles from './endpoints.module.css';

/** An endpoint's last day in a row of the list: its bars, how much arrived, how slow it was. */
export function EndpointFigures({ row, bars }: { row: EndpointRowFragment; bars: ReturnType<BarsById['get']> }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { to, successRate, p95Ms, deliveredCount, failedCount } = row.health.lastDay;
  const hours = useMemo(() => (bars ? hourBars(bars, Date.parse(to) - 1) : null), [bars, to]);
  const label = i18n.t('Last 24 hours: {delivered} delivered, {failed} failed', {
    delivered: format.number(deliveredCount),
    failed: format.number(failedCount),
  });
  return (
    <span className={styles.health}>
      {hours && <Sparkline bars={hours} label={label} />}
      <span className={styles.rate}>{successRate == null ? '–' : format.percent(successRate)}</span>
      <span className={styles.p95}>{p95Ms == null ? '' : `p95 ${format.duration(p95Ms)}`}</span>
    </span>
  );
}
