import { useLingui } from '@lingui/react';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, History, KeyRound, Pencil, Power, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.js';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.js';
import { showToast } from '../../ui/toast-store.js';
import { useMay } from '../shell/session.js';
import { DeleteDialog } from './delete-dialog.js';
import { EndpointForm, type EditedEndpoint } from './endpoint-form.js';
import { isPausedByCarillon } from './endpoint-view.js';
import { ReplayDialog } from './replay-dialog.js';
import { RotateDialog } from './rotate-dialog.js';
import { SecretDialog, type ShownSecret } from './secret-dialog.js';
import { TestDialog } from './test-dialog.js';
import { useToggle } from './use-toggle.js';
import styles from './endpoints.module.css';

/** What can be done with an endpoint, each in its dialog. */
export function EndpointActions({
  endpoint,
  onChanged,
  onDeleted,
}: {
  endpoint: EditedEndpoint;
  onChanged: () => void;
  onDeleted: () => void;
}) {
  const { i18n } = useLingui();
  const navigate = useNavigate();
  const mayRetry = useMay('DELIVERIES_RETRY');
  const toggle = useToggle();
  const [dialog, setDialog] = useState<'edit' | 'replay' | 'rotate' | 'test' | 'delete' | ShownSecret | null>(null);
  const close = () => setDialog(null);
  const platform = endpoint.disabledReason === 'PLATFORM';
  const toggleLabel = endpoint.enabled ? i18n.t('Disable') : i18n.t('Enable');
  return (
    <div className={styles.actions}>
      <Button look="primary" onClick={() => setDialog('test')}>
        <Send size={14} />
        {i18n.t('Send test event')}
      </Button>
      <Button onClick={() => setDialog('edit')}>
        <Pencil size={14} />
        {i18n.t('Edit')}
      </Button>
      {!isPausedByCarillon(endpoint) && (
        <Button
          disabled={platform}
          title={platform ? i18n.t('A platform administrator disabled it.') : undefined}
          onClick={() => void toggle(endpoint)}
        >
          <Power size={14} />
          {toggleLabel}
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button icon aria-label={i18n.t('More')} title={i18n.t('More')}>
            <Ellipsis size={16} />
          </Button>
        }
      >
        {mayRetry && (
          <MenuItem icon={<History size={14} />} onSelect={() => setDialog('replay')}>
            {i18n.t('Replay events')}
          </MenuItem>
        )}
        <MenuItem icon={<KeyRound size={14} />} onSelect={() => setDialog('rotate')}>
          {i18n.t('Rotate secret')}
        </MenuItem>
        <MenuLine />
        <MenuItem danger icon={<Trash2 size={14} />} onSelect={() => setDialog('delete')}>
          {i18n.t('Delete')}
        </MenuItem>
      </Menu>
      {dialog === 'edit' && (
        <EndpointForm
          endpoint={endpoint}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
            showToast(i18n.t('Saved'));
          }}
        />
      )}
      {dialog === 'replay' && <ReplayDialog endpoint={endpoint} onClose={close} />}
      {dialog === 'rotate' && (
        <RotateDialog
          endpoint={endpoint}
          onClose={close}
          onRotated={(secret) => {
            setDialog(secret);
            onChanged();
          }}
        />
      )}
      {dialog === 'test' && (
        <TestDialog
          endpoint={endpoint}
          onClose={close}
          onSent={(id) => void navigate({ to: '/deliveries', search: { open: id, tab: 'response' } })}
        />
      )}
      {dialog === 'delete' && <DeleteDialog endpoint={endpoint} onClose={close} onDeleted={onDeleted} />}
      {dialog !== null && typeof dialog === 'object' && <SecretDialog shown={dialog} onClose={close} />}
    </div>
  );
}
