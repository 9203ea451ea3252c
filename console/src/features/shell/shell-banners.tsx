import { useLingui } from '@lingui/react';
import { FlaskConical, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '../../live/use-connection.js';
import { Banner } from '../../ui/banner.js';
import { useSession } from './session.js';

/** A loss shorter than this is not worth a banner. */
const patienceMs = 1500;

function SocketBanner() {
  const { i18n } = useLingui();
  const away = useConnection() === 'away';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(away), away ? patienceMs : 0);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown || !away) return null;
  return (
    <Banner tone="wait" live icon={<WifiOff size={15} />}>
      {i18n.t('The live connection is lost. Carillon is trying again; nothing will be missed.')}
    </Banner>
  );
}

/** What is unusual about this installation, and about the connection to it. */
export function ShellBanners() {
  const { i18n } = useLingui();
  const { installation, workspace } = useSession();
  const notes = [
    installation.development && i18n.t('Development installation: emails are kept instead of sent.'),
    installation.deliveryTargets === 'LOCAL' && i18n.t('Deliveries may go to local addresses over plain HTTP.'),
    installation.deliveryTargets === 'ANY' && i18n.t('Deliveries may go anywhere, without any check. For tests only.'),
    workspace.mode === 'TEST' && i18n.t('Test workspace: mail and SMS never leave the machine.'),
  ].filter((note) => note !== false);
  return (
    <>
      <SocketBanner />
      {notes.length > 0 && (
        <Banner icon={<FlaskConical size={14} />} tone={installation.deliveryTargets === 'ANY' ? 'bad' : 'plain'}>
          {notes.join(' ')}
        </Banner>
      )}
    </>
  );
}
