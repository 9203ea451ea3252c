import { useFormat } from '../i18n/use-format.js';
import { useNow } from './now.js';

/** `4:12` until then, `0:00` once it is past; the exact time on hover. */
export function Countdown({ at }: { at: string }) {
  const format = useFormat();
  const atMs = Date.parse(at);
  const text = useNow((nowMs) => format.countdown(atMs - nowMs));
  return (
    <time dateTime={at} title={format.exact(atMs)} className="num">
      {text}
    </time>
  );
}
