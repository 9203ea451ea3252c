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
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without the clipboard API
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
        if (!worked) {
          showToast(i18n.t('The browser did not allow copying.'), 'bad');
          return;
        }
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), 2000);
      };
      const clipboard = navigator.clipboard as Clipboard | undefined;
      if (clipboard) {
        clipboard.writeText(text).then(
          () => done(true),
          () => done(copyBySelection(text)),
        );
      } else done(copyBySelection(text));
    },
    [i18n],
  );
  return [copied, copy];
}
