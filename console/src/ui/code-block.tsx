import { useLingui } from '@lingui/react';
import { memo, useMemo, useState, type ReactNode } from 'react';
import { Button } from './button.js';
import styles from './code-block.module.css';
import { CopyButton } from './copy-button.js';
import { cx } from './cx.js';
import { jsonTokens, prettyJson } from './json-tokens.js';

/** More characters than this are shown without colours: each colour is an element. */
const colouredCharacters = 60_000;

/**
 * A text in the monospaced face. JSON is laid out and quietly coloured; the copy button always gives `text` exactly as
 * it is, never the layout.
 */
export const CodeBlock = memo(function CodeBlock({
  text,
  head,
  label,
}: {
  text: string;
  head?: ReactNode;
  label: string;
}) {
  const { i18n } = useLingui();
  const [raw, setRaw] = useState(false);
  const pretty = useMemo(() => prettyJson(text), [text]);
  const shown = raw || pretty === null ? text : pretty;
  return (
    <div className={styles.block}>
      <div className={styles.head}>
        <span className="mono">{head}</span>
        <span className={styles.tools}>
          {pretty !== null && pretty !== text && (
            <Button look="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
              {i18n.t('Raw')}
            </Button>
          )}
          <CopyButton text={text} label={i18n.t('Copy')} />
        </span>
      </div>
      <pre
        className={cx(styles.pre, (raw || pretty === null) && styles.wrap)}
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        {pretty === null || shown.length > colouredCharacters
          ? shown
          : jsonTokens(shown).map((token, index) => (
              <span key={index} className={styles[token.kind]}>
                {token.text}
              </span>
            ))}
      </pre>
    </div>
  );
});
