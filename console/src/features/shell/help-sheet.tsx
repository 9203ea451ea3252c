import { useLingui } from '@lingui/react';
import { Dialog } from '../../ui/dialog.js';
import styles from './shell.module.css';

/** Everything the keyboard can do. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const keys: [string[], string][] = [
    [['j', 'k'], i18n.t('Next and previous row')],
    [['Enter'], i18n.t('Open the row')],
    [['Esc'], i18n.t('Close the panel, dialog or menu')],
    [['/'], i18n.t('Search or jump to…')],
    [['Ctrl', 'K'], i18n.t('Search or jump to…')],
    [['r'], i18n.t('Retry the open delivery now')],
    [['n'], i18n.t('Show the new deliveries')],
    [['?'], i18n.t('This sheet')],
  ];
  return (
    <Dialog title={i18n.t('Keyboard')} onClose={onClose} size="narrow">
      <dl className={styles.keys}>
        {keys.map(([names, meaning]) => (
          <div key={names.join()} style={{ display: 'contents' }}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
