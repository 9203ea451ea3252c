import { useLingui } from '@lingui/react';
import { cx } from './cx.js';
import styles from './id-text.module.css';
import { shortId } from './short-id.js';
import { useCopy } from './use-copy.js';

/** An id, shortened in the middle; the whole on hover, copied on click. */
export function IdText({ id }: { id: string }) {
  const { i18n } = useLingui();
  const [copied, copy] = useCopy();
  return (
    <button
      type="button"
      className={cx(styles.id, copied && styles.copied)}
      title={id}
      onClick={(event) => {
        event.stopPropagation();
        copy(id);
      }}
    >
      {copied ? (
        i18n.t('Copied')
      ) : (
        <>
          <span className="unseen">{i18n.t('Copy')} </span>
          {shortId(id)}
        </>
      )}
    </button>
  );
}
