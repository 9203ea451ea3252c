import {
  ConfigError,
  configSummary,
  createLogger,
  Database,
  Keyring,
  loadConfigFromProcess,
  newUuid,
  OutboundHttpClient,
  parseEgressAllow,
  systemClock,
  tables,
  Vault,
  watchParent,
  type Config,
  type Logger,
} from '@carillon/schema';
import { DeliveryEngine } from './delivery/engine.js';
import { JobRunner } from './jobs/job-runner.js';
import { Figures } from './delivery/figures.js';
import { Notices } from './delivery/notices.js';
import { Liveness } from './liveness.js';
import { startQueue } from './queue.js';
import { startClockWatch } from './upkeep/clock-watch.js';
import { startKeyless } from './upkeep/keyless.js';
import { startSweep } from './upkeep/sweep.js';

/** The supervisor starts a worker that ended so at once. */
const EXIT_RESTART = 75;
const EXIT_CONFIG = 78;
const POLL_MS = 500;
const POOL_SIZE = 8;
/** A request may take 30 s and its record some more. */
const STOP_GRACE_MS = 35_000;
/** Its work is others' by now; what is recorded in this time is in the log at least. */
const LOST_GRACE_MS = 3000;
/** The work is still ours: what was answered is recorded; what hangs for longer than this is sent again by others. */
const RESTART_GRACE_MS = 8000;

async function main(config: Config, log: Logger): Promise<void> {
  const egress = parseEgressAllow(config.egressAllow);
  if (!egress.ok) throw new ConfigError(egress.errors);
  const workerId = newUuid();
  const db = await Database.open({
    url: config.workerDatabaseUrl,
    role: 'carillon_worker',
    poolSize: POOL_SIZE,
    log,
    production: config.production,
    entities: tables,
  });
  const http = new OutboundHttpClient({ policy: { targets: config.deliveryTargets, allow: egress.value } });
  const keyring = new Keyring(config.masterKeys);
  const vault = new Vault(keyring);
  const notices = new Notices({ db, keyring, clock: systemClock }, log);
  const figures = new Figures({ db, log, nowMs: Date.now });
  const engine = new DeliveryEngine({
    db,
    http,
    log,
    workerId,
    vault,
    random: Math.random,
    nowMs: Date.now,
    slots: config.workerSlots,
    pollMs: POLL_MS,
    onNotice: () => {
      notices.wake();
    },
    onRecorded: (made) => {
      figures.note(made);
    },
  });
  const drain = async (): Promise<void> => {
    await engine.stop();
    await figures.stop();
  };

  const jobs = new JobRunner({ db, log });

  let ending = false;
  const end = async (code: number, graceMs: number, stopEverything: () => Promise<void>): Promise<void> => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), graceMs).unref();
    await stopEverything().catch((error: unknown) => {
      log.error({ err: error }, 'stopping failed');
    });
    process.exit(code);
  };

  const liveness = await Liveness.start({
    db,
    workerId,
    log,
    onDue: () => {
      engine.wake();
    },
    onJob: () => {
      jobs.wake();
    },
    onDoubt: (inDoubt) => {
      engine.setPaused('liveness', inDoubt);
    },
    onLost: () => void end(EXIT_RESTART, LOST_GRACE_MS, drain),
  });
  await db.call('ensure-partitions', 'select carillon.ensure_partitions()');
  const queue = await startQueue({
    url: config.queueDatabaseUrl,
    waitingDays: config.waitingDays,
    ...{ db, workerId, log },
  });
  // Any end of the runner that we did not ask for ends the process: its jobs would stay locked, unseen.
  void queue.ended.then(() => end(EXIT_RESTART, RESTART_GRACE_MS, drain));
  const sweep = startSweep(db, log);
  const keyless = startKeyless(db, vault, log);
  notices.start();
  const clock = startClockWatch(db, log, (trusted) => {
    engine.setPaused('clock', !trusted);
  });
  figures.start();
  engine.start();
  jobs.start();
  const stop = (): void =>
    void end(0, STOP_GRACE_MS, async () => {
      log.info(engine.load, 'stopping: what is in flight ends first');
      sweep.stop();
      keyless.stop();
      clock.stop();
      await jobs.stop();
      await drain();
      await notices.stop();
      await queue.stop();
      await liveness.stop();
      await http.close();
      await db.close();
      log.info('worker stopped');
    });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  watchParent(stop);
  // Last: whoever reads this may signal at once.
  log.info({ workerId, ...configSummary(config) }, 'worker started');
}

function start(): void {
  let log = createLogger('worker', 'info');
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a bug: nobody handled this');
    process.exit(1);
  });
  try {
    const config = loadConfigFromProcess();
    log = createLogger('worker', config.logLevel);
    main(config, log).catch((error: unknown) => {
      log.fatal({ err: error }, 'the worker could not start');
      process.exit(error instanceof ConfigError ? EXIT_CONFIG : EXIT_RESTART);
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

start();
