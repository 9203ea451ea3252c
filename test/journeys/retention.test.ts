import {
  createEndpoint,
  DeliveryTable,
  findAttempts,
  publishEvents,
  retryDelivery,
  updateEndpoint,
  type Delivery,
} from '@carillon/schema';
import { expect, test } from 'vitest';
import { connected } from '../support/catalogue.js';
import { cloneDatabase } from '../support/cluster.js';
import { openModel } from '../support/model.js';
import { startReceiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess } from '../support/worker-process.js';

test('a delivery that still waits when retention takes its body fails and says why; nothing is sent, nor can be', async () => {
  const database = await cloneDatabase();
  const model = await openModel(database);
  const receiver = await startReceiver();
  // So that waiting does not end it first.
  const worker = await startWorkerProcess(database, { CARILLON_WAITING_DAYS: '365' });
  const { deps, actor } = model;
  const delivery = (): Promise<Delivery> =>
    deps.db.read(actor.workspaceId, (tx) => tx.em.findOneOrFail(DeliveryTable, { workspaceId: tx.workspaceId }));
  const sql = (text: string) => connected(database.databaseUrl, (admin) => admin.query(text));
  try {
    const made = await createEndpoint(deps, actor, {
      url: receiver.url,
      events: ['custom.a'],
      settings: { retryDelaysSeconds: [60] },
    });
    if (!made.ok) throw new Error(made.error.message);
    const { endpointId } = made.value;
    receiver.answer = (_received, response) => {
      response.writeHead(500).end();
    };
    await publishEvents(deps, actor, { events: [{ event: 'custom.a', dataText: '{"a":1}' }] });
    await until(async () => (await delivery()).attemptCount === 1, 'the first attempt');
    expect((await updateEndpoint(deps, actor, { endpointId, enabled: false })).ok).toBe(true);
    await until(async () => (await delivery()).waitReason === 'endpoint_disabled', 'the delivery that waits');

    await sql(`insert into carillon.clock_offset (amount) values ('91 days')`);
    await sql(`select carillon.enqueue('upkeep.retention', '{}')`);
    await until(async () => (await delivery()).redactedAt != null, 'the body that goes');
    const { id } = await delivery();
    expect(await retryDelivery(deps, actor, { deliveryId: id })).toMatchObject({
      ok: false,
      error: { code: 'CONFLICT' },
    });

    expect((await updateEndpoint(deps, actor, { endpointId, enabled: true })).ok).toBe(true);
    await until(async () => (await delivery()).status === 'failed', 'the delivery that fails');
    const attempts = await deps.db.read(actor.workspaceId, (tx) => findAttempts(tx, [id]));
    expect(attempts.get(id)?.map(({ attempt }) => [attempt.errorClass, attempt.errorMessage])).toEqual([
      ['http_5xx', expect.any(String)],
      ['internal', 'Its body is past its retention.'],
    ]);
    expect(receiver.received.length).toBe(1);
  } finally {
    expect(await worker.stop()).toBe(0);
    await receiver.close();
    await model.close();
    await database.drop();
  }
});
