import { useLingui } from '@lingui/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { showToast } from './toast-store.js';

/** Copying without the clipboard API, which browsers keep from plain HTTP hosts other than localhost. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'unseen';
  (document.activeElement?.parentElement ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

/** `[copied, copy]`: puts a text on the clipboard; `copied` is true for two seconds after it worked. */
export function useCopy(): [boolean, (text: string) => void] {
  const { i18n } = useLingui();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback(
    (text: string) => {
      const done = (worked: boolean) => {
        if (!worked) return showToast(i18n.t('The browser did not allow copying.'), 'bad');
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), 2000);
      };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(
          () => done(true),
          () => done(copyBySelection(text)),
        );
      } else done(copyBySelection(text));
    },
    [i18n],
  );
  return [copied, copy];
}
