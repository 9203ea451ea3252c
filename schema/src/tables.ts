import type { EntitySchema } from '@mikro-orm/postgresql';
import { EventTable } from './events/tables.js';
import { LocationTable, SurveyTable, SurveyVersionTable } from './feedback/tables.js';
import { JobTable } from './jobs/tables.js';
import { AttemptTable, DeliveryTable, EndpointTable } from './webhooks/tables.js';
import { AccountTable, ApiTokenTable, MemberTable, SessionTable, WorkspaceTable } from './workspaces/tables.js';

/** Every mapped table. A test holds them against the database's own catalogue. */
export const tables: readonly EntitySchema[] = [
  WorkspaceTable,
  AccountTable,
  MemberTable,
  SessionTable,
  ApiTokenTable,
  EndpointTable,
  DeliveryTable,
  AttemptTable,
  EventTable,
  JobTable,
  LocationTable,
  SurveyTable,
  SurveyVersionTable,
];
