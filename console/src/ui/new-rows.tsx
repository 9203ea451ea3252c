import { useLingui } from '@lingui/react';
import { useEffect } from 'react';
import { Announcer } from './announcer.js';
import { onKeys } from './hotkeys.js';
import styles from './new-rows.module.css';

/** "12 new" counts this far. */
const countedRows = 99;

/** How many rows wait behind a list that is held still; the button, or `n`, lets them in. */
export function NewRows({ waiting, onShow }: { waiting: number; onShow: () => void }) {
  const { i18n } = useLingui();
  useEffect(() => (waiting > 0 ? onKeys({ n: onShow }) : undefined), [waiting, onShow]);
  const count = waiting > countedRows ? `${countedRows}+` : String(waiting);
  return (
    <>
      {waiting > 0 && (
        <button type="button" className={styles.new} onClick={onShow}>
          {i18n.t('{count} new', { count })} ↑
        </button>
      )}
      <Announcer text={waiting > 0 ? i18n.t('{count} new', { count }) : ''} />
    </>
  );
}
