import { useLingui } from '@lingui/react';
import { Activity, KeyRound, Radio, Settings, Webhook } from 'lucide-react';
import type { NavigationGroup } from '../../ui/frame.js';
import type { Session } from './session.js';

const size = 16;

/** The pages this viewer may open. */
export function useNavigationGroups({ viewer }: Session): NavigationGroup[] {
  const { i18n } = useLingui();
  const may = new Set(viewer.scopes);
  const groups: NavigationGroup[] = [
    {
      label: null,
      links: [
        ...(may.has('DELIVERIES_READ')
          ? [
              {
                to: '/deliveries' as const,
                icon: <Activity size={size} />,
                label: i18n.t('Deliveries'),
                badge: i18n.t('live'),
              },
            ]
          : []),
        ...(may.has('WEBHOOKS_READ')
          ? [{ to: '/endpoints' as const, icon: <Webhook size={size} />, label: i18n.t('Endpoints') }]
          : []),
        ...(may.has('EVENTS_READ')
          ? [{ to: '/events' as const, icon: <Radio size={size} />, label: i18n.t('Events') }]
          : []),
      ],
    },
    {
      label: i18n.t('Workspace'),
      links: [
        ...(may.has('WORKSPACE_ADMIN')
          ? [{ to: '/settings/tokens' as const, icon: <KeyRound size={size} />, label: i18n.t('API tokens') }]
          : []),
        { to: '/settings/workspace', icon: <Settings size={size} />, label: i18n.t('Settings') },
      ],
    },
  ];
  return groups;
}
