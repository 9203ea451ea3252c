import { useFormat } from '../i18n/use-format.js';
import { useNow } from './now.js';

/** How long ago or how soon; the exact time, local and UTC, on hover. */
export function RelativeTime({ at }: { at: string }) {
  const format = useFormat();
  const atMs = Date.parse(at);
  const text = useNow((nowMs) => format.relative(atMs - nowMs));
  return (
    <time dateTime={at} title={format.exact(atMs)} className="num">
      {text}
    </time>
  );
}
