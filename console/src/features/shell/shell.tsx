import { useLingui } from '@lingui/react';
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { FrameContext, type FrameActions } from '../../ui/frame-context.js';
import { Frame } from '../../ui/frame.js';
import { onKeys } from '../../ui/hotkeys.js';
import { Failure } from '../../ui/list-states.js';
import { JobsContext, type Jobs } from '../../live/jobs-context.js';
import { useJobList } from '../../live/use-job-list.js';
import { HelpSheet } from './help-sheet.js';
import { JobDialog } from './job-dialog.js';
import { JobsTray } from './jobs-tray.js';
import { RailFoot } from './rail-foot.js';
import { SessionContext, type Session } from './session.js';
import { ShellBanners } from './shell-banners.js';
import { useNavigationGroups } from './use-navigation-groups.js';
import { useSessionQuery } from './use-session-query.js';
import styles from './shell.module.css';

const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));

function SignedIn({ session }: { session: Session }) {
  const navigate = useNavigate();
  const groups = useNavigationGroups(session);
  const [open, setOpen] = useState<'drawer' | 'palette' | 'help' | null>(null);
  const frame = useMemo<FrameActions>(
    () => ({
      openDrawer: () => setOpen('drawer'),
      openPalette: () => setOpen('palette'),
      openHelp: () => setOpen('help'),
    }),
    [],
  );
  const jobList = useJobList();
  const [openJob, setOpenJob] = useState<string | null>(null);
  const jobs = useMemo<Jobs>(() => ({ ...jobList, open: setOpenJob }), [jobList]);
  const shownJob = jobs.jobs.find(({ id }) => id === openJob);
  useEffect(() => onKeys({ '/': frame.openPalette, '?': frame.openHelp }), [frame]);
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((shown) => (shown === 'palette' ? null : 'palette'));
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);

  return (
    <SessionContext value={session}>
      <FrameContext value={frame}>
        <JobsContext value={jobs}>
          <Frame
            workspace={
              <>
                <b title={session.workspace.name}>{session.workspace.name}</b>
                <span className={styles.where}>{session.viewer.member?.name ?? session.viewer.account?.name}</span>
              </>
            }
            groups={groups}
            foot={<RailFoot />}
            banners={<ShellBanners />}
            tray={<JobsTray />}
            drawerOpen={open === 'drawer'}
            onDrawer={(drawer) => setOpen(drawer ? 'drawer' : null)}
          >
            <Outlet />
          </Frame>
          {open === 'help' && <HelpSheet onClose={() => setOpen(null)} />}
          {open === 'palette' && (
            <Suspense fallback={null}>
              <Palette onClose={() => setOpen(null)} onGo={(to) => void navigate(to)} />
            </Suspense>
          )}
          {shownJob && <JobDialog job={shownJob} onClose={() => setOpenJob(null)} />}
        </JobsContext>
      </FrameContext>
    </SessionContext>
  );
}

/** Goes to the sign-in, once: the location changes while this very component navigates, and must not make it go again. */
function ToSignIn() {
  const router = useRouter();
  useEffect(() => {
    void router.navigate({ to: '/sign-in', search: { next: router.latestLocation.href }, replace: true });
  }, [router]);
  return null;
}

/** Everything behind the sign-in: who nobody knows goes there and comes back to where they were going. */
export function Shell() {
  const { i18n } = useLingui();
  const state = useSessionQuery();
  switch (state.kind) {
    case 'loading':
      return <div className={styles.waiting} role="status" aria-label={i18n.t('Loading')} />;
    case 'signed-out':
      return <ToSignIn />;
    case 'failed':
      return <Failure message={state.error.message} onRetry={state.retry} />;
    case 'signed-in':
      return <SignedIn session={state.session} />;
  }
}
