import { useEffect, useRef, useState } from 'react';

const everyMs = 10_000;

/** Reads a text out politely, at most every ten seconds: the last one wins. */
export function Announcer({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const lastAt = useRef(0);
  useEffect(() => {
    const waitMs = Math.max(500, lastAt.current + everyMs - Date.now());
    const timer = setTimeout(() => {
      lastAt.current = Date.now();
      setSaid(text);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="unseen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
