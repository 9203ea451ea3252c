import { createRootRoute, createRoute, createRouter, Navigate, Outlet } from '@tanstack/react-router';
import { DeliveriesPage } from './features/deliveries/deliveries-page.js';
import { deliveriesSearch } from './features/deliveries/search.js';
import { endpointsSearch } from './features/endpoints/endpoint-view.js';
import { EndpointsPage } from './features/endpoints/endpoints-page.js';
import { EventsPage } from './features/events/events-page.js';
import { eventsSearch } from './features/events/events-view.js';
import { IntegrationsPage } from './features/settings/integrations-page.js';
import { SettingsLayout } from './features/settings/settings-layout.js';
import { TokensPage } from './features/settings/tokens-page.js';
import { WorkspacePage } from './features/settings/workspace-page.js';
import { HomeRedirect } from './features/shell/home-redirect.js';
import { NotFound } from './features/shell/not-found.js';
import { Shell } from './features/shell/shell.js';
import { SignInPage } from './features/sign-in/sign-in-page.js';
import { z } from './zod.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ next: z.string().optional().catch(undefined) }),
  component: SignInPage,
});
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const home = createRoute({ getParentRoute: () => shell, path: '/', component: HomeRedirect });
const deliveries = createRoute({
  getParentRoute: () => shell,
  path: '/deliveries',
  validateSearch: deliveriesSearch,
  component: DeliveriesPage,
});
const endpoints = createRoute({
  getParentRoute: () => shell,
  path: '/endpoints',
  validateSearch: endpointsSearch,
  component: EndpointsPage,
});
const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: eventsSearch,
  component: EventsPage,
});
const settings = createRoute({ getParentRoute: () => shell, path: '/settings', component: SettingsLayout });
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: () => <Navigate to="/settings/workspace" replace />,
});
const settingsWorkspace = createRoute({ getParentRoute: () => settings, path: '/workspace', component: WorkspacePage });
const settingsTokens = createRoute({ getParentRoute: () => settings, path: '/tokens', component: TokensPage });
const integrations = createRoute({
  getParentRoute: () => settings,
  path: '/integrations',
  component: IntegrationsPage,
});
const webhooks = createRoute({
  getParentRoute: () => settings,
  path: '/integrations/webhooks',
  component: () => <Navigate to="/endpoints" replace />,
});

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    deliveries,
    endpoints,
    events,
    settings.addChildren([settingsHome, settingsWorkspace, settingsTokens, integrations, webhooks]),
  ]),
]);

/** Plain `key=value` pairs: URLs people can read, and no value is ever taken for JSON. */
function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}
function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  // Commas, colons and tildes are legal in a query; readable URLs keep them.
  const text = new URLSearchParams(pairs)
    .toString()
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%7E', '~');
  return text ? `?${text}` : '';
}

/** The pages and their addresses. */
export function makeRouter() {
  return createRouter({ routeTree, parseSearch, stringifySearch, defaultPreload: false, scrollRestoration: false });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
