import { createLogger, Database, tables, type DatabaseOptions } from '@carillon/schema';
import type { TestDatabase } from './cluster.js';

/** The model's database as one of its roles, through that role's plain login. Close it. */
export function openDatabase(
  database: TestDatabase,
  role: 'carillon_api' | 'carillon_worker' = 'carillon_api',
  options: Partial<DatabaseOptions> = {},
): Promise<Database> {
  return Database.open({
    url: role === 'carillon_api' ? database.apiUrl : database.workerUrl,
    role,
    poolSize: 4,
    log: createLogger('test', 'silent'),
    production: true,
    entities: tables,
    ...options,
  });
}
