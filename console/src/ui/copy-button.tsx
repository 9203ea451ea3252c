import { useLingui } from '@lingui/react';
import { Check, Copy } from 'lucide-react';
import { Button } from './button.js';
import { useCopy } from './use-copy.js';

/** Copies a text and says so for two seconds. With `children` a labelled button, else an icon. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const { i18n } = useLingui();
  const [copied, copy] = useCopy();
  const icon = copied ? <Check size={14} /> : <Copy size={14} />;
  if (children === undefined) {
    return (
      <Button look="quiet" icon aria-label={copied ? i18n.t('Copied') : label} title={label} onClick={() => copy(text)}>
        {icon}
      </Button>
    );
  }
  return (
    <Button aria-label={label} onClick={() => copy(text)}>
      {icon}
      {copied ? i18n.t('Copied') : children}
    </Button>
  );
}
