import type { TestProject } from 'vitest/node';
import { makeTemplate, type SharedCluster, startCluster, sweepLeftovers } from './cluster.js';

/**
 * Starts the PostgreSQL that all test files of this run share, and makes the template their databases are copies of.
 * A migration that fails fails the tests which ask for a database, with its reason, and no others.
 */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  sweepLeftovers();
  const cluster = await startCluster({ shared_buffers: '128MB' });
  const url = cluster.urlOf('postgres');
  const shared: SharedCluster = { url, port: cluster.postgres().port };
  try {
    await makeTemplate(url);
    provide('cluster', shared);
  } catch (error) {
    provide('cluster', { ...shared, migrationError: error instanceof Error ? error.message : String(error) });
  }
  return () => cluster.dispose();
}
