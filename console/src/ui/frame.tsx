import { Dialog as Base } from '@base-ui/react/dialog';
import { useLingui } from '@lingui/react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Bell } from './bell.js';
import styles from './frame.module.css';

export interface NavigationLink {
  to: NonNullable<LinkProps['to']>;
  icon: ReactNode;
  label: string;
  badge?: ReactNode;
}

export interface NavigationGroup {
  /** Null for the first, unnamed group. */
  label: string | null;
  links: readonly NavigationLink[];
}

interface NavigationProps {
  workspace: ReactNode;
  groups: readonly NavigationGroup[];
  foot: ReactNode;
  onNavigate?: () => void;
}

function Navigation({ workspace, groups, foot, onNavigate }: NavigationProps) {
  const { i18n } = useLingui();
  return (
    <nav className={styles.nav} aria-label={i18n.t('Pages')}>
      <div className={styles.brand}>
        <Bell />
        <span className={styles.word}>Carillon</span>
      </div>
      <div className={styles.workspace}>{workspace}</div>
      {groups.map((group) => (
        <div key={group.label ?? ''}>
          {group.label && <div className={styles.group}>{group.label}</div>}
          {group.links.map((link) => (
            <Link
              key={link.to}
              to={link.to}
              className={styles.link}
              title={link.label}
              activeOptions={{ exact: false, includeSearch: false }}
              {...(onNavigate && { onClick: onNavigate })}
            >
              {link.icon}
              <span className={styles.word}>{link.label}</span>
              {link.badge && <span className={styles.badge}>{link.badge}</span>}
            </Link>
          ))}
        </div>
      ))}
      <div className={styles.foot}>{foot}</div>
    </nav>
  );
}

export interface FrameProps extends Omit<NavigationProps, 'onNavigate'> {
  banners: ReactNode;
  /** Under the page, where long work shows how far it is. */
  tray: ReactNode;
  drawerOpen: boolean;
  onDrawer: (open: boolean) => void;
  children: ReactNode;
}

/** The frame of every page: the rail at the left, a drawer under 900 px; banners across the top; the page; what goes on under it. */
export function Frame({ banners, tray, drawerOpen, onDrawer, children, ...navigation }: FrameProps) {
  const { i18n } = useLingui();
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">
        {i18n.t('Skip to the content')}
      </a>
      <div className={styles.rail}>
        <Navigation {...navigation} />
      </div>
      <main className={styles.main} id="main" tabIndex={-1}>
        {banners}
        <div className={styles.page}>{children}</div>
        {tray}
      </main>
      <Base.Root open={drawerOpen} onOpenChange={(open) => onDrawer(open)}>
        <Base.Portal>
          <Base.Backdrop className={styles.veil} />
          <Base.Popup className={styles.drawer} aria-label={i18n.t('Pages')}>
            <Navigation {...navigation} onNavigate={() => onDrawer(false)} />
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}
