import { memo, useCallback, useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from './cx.js';
import { onKeys } from './hotkeys.js';
import styles from './table.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  /** Pixels, a share like `24%`, or `status` for shape and word; without it the column takes what is left. */
  width?: number | `${number}%` | 'status';
  align?: 'right';
  /** Left out where there is little room; `tertiary` goes first. */
  rank?: 'secondary' | 'tertiary';
  /** The full text, where it may be cut. */
  title?: (row: Row) => string | undefined;
  cell: (row: Row) => ReactNode;
}

export interface TableProps<Row> {
  /** What the table lists, read out. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  openKey?: string | undefined;
  onOpen: (key: string) => void;
  /** Rows to fade in, and rows about to go. */
  rowState?: (row: Row) => 'fresh' | 'gone' | undefined;
}

interface RowProps<Row> {
  row: Row;
  rowId: string;
  columns: readonly Column<Row>[];
  open: boolean;
  state: 'fresh' | 'gone' | undefined;
  tabbable: boolean;
  onOpen: (key: string) => void;
}

function TableRow<Row>({ row, rowId, columns, open, state, tabbable, onOpen }: RowProps<Row>) {
  return (
    <tr
      data-row={rowId}
      className={cx(styles.row, state && styles[state])}
      tabIndex={tabbable ? 0 : -1}
      aria-current={open || undefined}
      onClick={() => onOpen(rowId)}
    >
      {columns.map((column) => (
        <td
          key={column.key}
          className={cx(column.align === 'right' && styles.right, column.rank && styles[column.rank])}
          title={column.title?.(row)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
const MemoRow = memo(TableRow) as typeof TableRow;

/**
 * A plain table whose rows open something. `j`/`k` and the arrow keys move between rows, Enter opens one; clicks on
 * buttons and links inside a row are theirs alone. Rows are rendered again only when they, the columns or their state
 * change, so keep `columns` and `onOpen` stable.
 */
export function Table<Row>({ label, columns, rows, rowKey, openKey, onOpen, rowState }: TableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const openRow = useRef(onOpen);
  useEffect(() => {
    openRow.current = onOpen;
  });
  const open = useCallback((key: string) => openRow.current(key), []);

  const move = useCallback((step: 1 | -1) => {
    const all = [...(body.current?.querySelectorAll<HTMLTableRowElement>('tr[data-row]') ?? [])];
    const from = all.findIndex((row) => row.contains(document.activeElement));
    const current = from >= 0 ? from : all.findIndex((row) => row.hasAttribute('aria-current'));
    const next = all[current < 0 ? 0 : Math.min(all.length - 1, Math.max(0, current + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
    // With a row open, moving on opens the next one: reading one after the other needs no Enter.
    if (next?.dataset.row && all.some((row) => row.hasAttribute('aria-current'))) openRow.current(next.dataset.row);
  }, []);
  useEffect(() => onKeys({ j: () => move(1), k: () => move(-1) }), [move]);

  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && event.target.dataset.row) onOpen(event.target.dataset.row);
    else return;
    event.preventDefault();
  };

  const tabbableKey = rows.some((row) => rowKey(row) === openKey) ? openKey : rows[0] && rowKey(rows[0]);
  return (
    <table className={styles.table} aria-label={label}>
      <colgroup>
        {columns.map((column) => (
          <col
            key={column.key}
            className={cx(column.rank && styles[column.rank], column.width === 'status' && styles.status)}
            width={column.width === 'status' ? undefined : column.width}
          />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              className={cx(column.align === 'right' && styles.right, column.rank && styles[column.rank])}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map((row) => {
          const key = rowKey(row);
          return (
            <MemoRow
              key={key}
              rowId={key}
              row={row}
              columns={columns}
              open={key === openKey}
              state={rowState?.(row)}
              tabbable={key === tabbableKey}
              onOpen={open}
            />
          );
        })}
      </tbody>
    </table>
  );
}
