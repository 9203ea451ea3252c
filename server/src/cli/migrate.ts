import { migrate } from '@carillon/schema';

// `carillon migrate`: brings the database at DATABASE_URL up to date, for deployments that don't start by `npm start`.

const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl) {
  process.stderr.write("Set DATABASE_URL to the administrator's address of the database.\n");
  process.exit(1);
}
try {
  const ran = await migrate({ databaseUrl, log: (message) => process.stdout.write(`${message}\n`) });
  if (ran.length === 0) process.stdout.write('The database is up to date.\n');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
