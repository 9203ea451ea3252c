import { useLingui } from '@lingui/react';
import { useNavigate } from '@tanstack/react-router';
import { Button } from '../../ui/button.js';
import { Empty } from '../../ui/list-states.js';

/** An address no page has. */
export function NotFound() {
  const { i18n } = useLingui();
  const navigate = useNavigate();
  return (
    <Empty
      title={i18n.t('There is no such page')}
      action={<Button onClick={() => void navigate({ to: '/' })}>{i18n.t('Go to the start')}</Button>}
    />
  );
}
