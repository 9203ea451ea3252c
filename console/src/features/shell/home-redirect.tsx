import { Navigate } from '@tanstack/react-router';
import { useMay } from './session.js';

/** The first page the viewer may open. */
export function HomeRedirect() {
  const deliveries = useMay('DELIVERIES_READ');
  const endpoints = useMay('WEBHOOKS_READ');
  return <Navigate to={deliveries ? '/deliveries' : endpoints ? '/endpoints' : '/settings/workspace'} replace />;
}
