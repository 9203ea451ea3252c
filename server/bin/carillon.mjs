#!/usr/bin/env node
// Carillon's launcher. Plain JavaScript without dependencies, for Node 20 or newer: it has to work before anything is
// installed. It installs, builds what changed, and hands over to the Node that Carillon runs on.

import { build } from './build.mjs';
import { install } from './install.mjs';
import { runModule } from './node-24.mjs';
import { complain } from './say.mjs';
import { watchedConsoleUrl, watchSources } from './watch.mjs';

const usage = `Usage: carillon <verb>

  start     install, build what changed, and run Carillon
  dev       the same, again at every change of the sources
  build     install, and build what changed
  install   install the packages
  migrate   bring the database at DATABASE_URL up to date
`;

const verbs = {
  start: async () => {
    await install();
    await build();
    await runModule('server/dist/cli/start.js');
  },
  dev: async () => {
    await install();
    await build();
    // The console is Vite's then; it passes on to the server what is the server's.
    process.env.CARILLON_PUBLIC_URL ||= watchedConsoleUrl;
    watchSources();
    await runModule('server/dist/cli/start.js', ['--reload']);
  },
  build: async () => {
    await install();
    await build();
  },
  install,
  migrate: async () => {
    await install();
    await build();
    await runModule('server/dist/cli/migrate.js');
  },
};

const [verb = ''] = process.argv.slice(2);
if (!Object.hasOwn(verbs, verb)) {
  process.stdout.write(usage);
  process.exitCode = ['', 'help', '--help', '-h'].includes(verb) ? 0 : 64;
} else {
  try {
    await verbs[verb]();
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}
