import { useLingui } from '@lingui/react';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { useEffect, type ReactNode, type Ref, type UIEventHandler } from 'react';
import { Button } from './button.js';
import { useFrame } from './frame-context.js';
import styles from './page.module.css';

/** The bar at the top of a page: its name, whether it is live, and at the right search and what else it needs. */
export function PageBar({ title, live, children }: { title: string; live?: ReactNode; children?: ReactNode }) {
  const { i18n } = useLingui();
  const frame = useFrame();
  useEffect(() => {
    document.title = `${title} · Carillon`;
  }, [title]);
  return (
    <header className={styles.bar}>
      <Button look="quiet" icon className={styles.menu} aria-label={i18n.t('Pages')} onClick={frame.openDrawer}>
        <MenuIcon size={17} />
      </Button>
      <h1 className={styles.title}>{title}</h1>
      {live}
      <div className={styles.right}>
        <button type="button" className={styles.find} onClick={frame.openPalette}>
          <Search size={14} aria-hidden="true" />
          <span>{i18n.t('Search or jump to…')}</span>
          <kbd aria-hidden="true">{/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        {children}
      </div>
    </header>
  );
}

/** List at the left, panel at the right. */
export function PageBody({ children, panel }: { children: ReactNode; panel?: ReactNode }) {
  return (
    <div className={styles.body}>
      <div className={styles.list}>{children}</div>
      {panel}
    </div>
  );
}

/** The filters above a list; `end` stands at the right. */
export function FilterBar({ label, children, end }: { label: string; children: ReactNode; end?: ReactNode }) {
  return (
    <div className={styles.filters} role="group" aria-label={label}>
      {children}
      {end && <span className={styles.end}>{end}</span>}
    </div>
  );
}

export interface ScrollAreaProps {
  children: ReactNode;
  ref?: Ref<HTMLDivElement>;
  onScroll?: UIEventHandler<HTMLDivElement>;
  onPointerOver?: () => void;
  onPointerLeave?: () => void;
}

/** The part of a page that scrolls. */
export function ScrollArea({ children, ...rest }: ScrollAreaProps) {
  return (
    <div className={styles.scroll} {...rest}>
      {children}
    </div>
  );
}
