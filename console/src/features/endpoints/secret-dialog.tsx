import { useLingui } from '@lingui/react';
import { TriangleAlert } from 'lucide-react';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { CodeBlock } from '../../ui/code-block.js';
import { CopyButton } from '../../ui/copy-button.js';
import { Dialog } from '../../ui/dialog.js';
import { verificationSnippet } from './verification-snippet.js';
import styles from './endpoints.module.css';

export interface ShownSecret {
  url: string;
  secret: string | null;
  standardSecret: string | null;
}

function Spelling({ name, value, hint }: { name: string; value: string; hint: string }) {
  const { i18n } = useLingui();
  return (
    <div className={styles.secret}>
      <b>{name}</b>
      <code>{value}</code>
      <CopyButton text={value} label={i18n.t('Copy {id}', { id: name })}>
        {i18n.t('Copy')}
      </CopyButton>
      <small>{hint}</small>
    </div>
  );
}

/** The only time a secret is seen. It lives in the state of whoever opened this dialog, and ends with it. */
export function SecretDialog({ shown, onClose }: { shown: ShownSecret; onClose: () => void }) {
  const { i18n } = useLingui();
  return (
    <Dialog
      title={i18n.t('Signing secret')}
      size="wide"
      dismissible={false}
      onClose={onClose}
      note={shown.url}
      foot={
        <Button look="primary" onClick={onClose}>
          {i18n.t('I have saved it')}
        </Button>
      }
    >
      <Banner tone="wait" inset icon={<TriangleAlert size={15} />}>
        {i18n.t('Copy it now: it is shown this once and cannot be read again.')}
      </Banner>
      {shown.secret && (
        <Spelling
          name={i18n.t('Secret')}
          value={shown.secret}
          hint={i18n.t('The key of the header X-Enafeedback-Signature, as it stands here.')}
        />
      )}
      {shown.standardSecret && (
        <Spelling
          name={i18n.t('The same for Standard Webhooks libraries')}
          value={shown.standardSecret}
          hint={i18n.t('The key of the header webhook-signature.')}
        />
      )}
      <div className={styles.snippet}>
        <CodeBlock text={verificationSnippet} head={i18n.t('Verify a request')} label={i18n.t('Verify a request')} />
      </div>
    </Dialog>
  );
}
