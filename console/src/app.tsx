import { CSPProvider } from '@base-ui/react/csp-provider';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { Provider } from 'urql';
import { makeLive } from './live/client.js';
import { LiveContext } from './live/live-context.js';
import { goToSignIn } from './features/sign-in/auth.js';
import { makeRouter } from './router.js';
import { Toaster } from './ui/toaster.js';

/** The console: its connections, language and pages. */
export function App() {
  const [{ live, router }] = useState(() => ({ live: makeLive(goToSignIn), router: makeRouter() }));
  return (
    <I18nProvider i18n={i18n}>
      {/* The page's policy allows no inline styles; base.css has what the components would add. */}
      <CSPProvider disableStyleElements>
        <LiveContext value={live}>
          <Provider value={live.cached}>
            <RouterProvider router={router} />
            <Toaster />
          </Provider>
        </LiveContext>
      </CSPProvider>
    </I18nProvider>
  );
}
