import type { TestProject } from 'vitest/node';
import { administer, type SharedCluster, startCluster, sweepLeftovers, templateName } from './cluster.js';

/**
 * Starts the PostgreSQL that all test files of this run share, and migrates the template their databases are copies of.
 * A migration that fails fails the tests which ask for a database, with its reason, and no others.
 */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  sweepLeftovers();
  const cluster = await startCluster({ shared_buffers: '128MB' });
  const url = cluster.urlOf('postgres');
  const shared: SharedCluster = { url, port: cluster.postgres().port };
  try {
    await migrateTemplate(url, cluster.urlOf(templateName));
    provide('cluster', shared);
  } catch (error) {
    provide('cluster', { ...shared, migrationError: error instanceof Error ? error.message : String(error) });
  }
  return () => cluster.dispose();
}

async function migrateTemplate(adminUrl: string, templateUrl: string): Promise<void> {
  // Not at the top: a model that doesn't load must not take those tests along that never touch it.
  const { migrate } = await import('@carillon/schema');
  await administer(adminUrl, `create database ${templateName}`);
  await migrate({ databaseUrl: templateUrl, log: () => undefined });
}
