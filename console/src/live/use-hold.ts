import { useCallback, useEffect, useRef, type UIEvent } from 'react';

/** A list scrolled further than this is being read. */
const topPixels = 8;

/**
 * Whether the reader's hand is on a list: the pointer over it, scrolled away from the top, or the tab out of sight.
 * `onRelease` is called when it no longer is.
 */
export function useHold(onRelease: () => void) {
  const reasons = useRef({ hover: false, scrolled: false, hidden: document.hidden });
  const scroller = useRef<HTMLDivElement>(null);
  const release = useRef(onRelease);
  useEffect(() => {
    release.current = onRelease;
  });
  const isHeld = useCallback(() => Object.values(reasons.current).some(Boolean), []);
  const set = useCallback(
    (change: Partial<typeof reasons.current>) => {
      const before = isHeld();
      Object.assign(reasons.current, change);
      if (before && !isHeld()) release.current();
    },
    [isHeld],
  );
  useEffect(() => {
    const listener = () => set({ hidden: document.hidden });
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, [set]);
  return {
    isHeld,
    scroller,
    toTop: useCallback(() => {
      scroller.current?.scrollTo({ top: 0 });
      release.current();
    }, []),
    handlers: {
      // Not `onPointerEnter`: React misses that one when what was under the pointer, a panel, is taken away.
      onPointerOver: useCallback(() => set({ hover: true }), [set]),
      onPointerLeave: useCallback(() => set({ hover: false }), [set]),
      onScroll: useCallback(
        (event: UIEvent<HTMLDivElement>) => {
          set({ scrolled: event.currentTarget.scrollTop > topPixels });
        },
        [set],
      ),
    },
  };
}
