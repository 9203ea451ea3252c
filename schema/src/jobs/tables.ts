import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** Who started a job, as the audit log names actors: `id` is a uuid, null for those who have none. */
export interface JobStarter {
  readonly kind: string;
  readonly id: string | null;
  readonly name: string;
}

/** Long work over a frozen selection. See schema/migrations/0007-jobs.sql. */
export const JobTable = defineEntity({
  name: 'Job',
  tableName: 'job',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    kind: p.text(),
    status: p.text(),
    scope: p.text(),
    endpointId: p.uuid().nullable(),
    ratePerSecond: p.double().nullable(),
    totalCount: p.integer(),
    doneCount: p.integer(),
    skippedCount: p.integer(),
    failedCount: p.integer(),
    message: p.text().nullable(),
    startedBy: p.json<JobStarter>(),
    nextAt: p.datetime().nullable(),
    pacedAt: p.datetime(),
    ahead: p.integer(),
    version: p.integer(),
    createdAt: p.datetime(),
    finishedAt: p.datetime().nullable(),
  },
});
export type Job = InferEntity<typeof JobTable>;
