import { randomBytes } from 'node:crypto';
import { surveyResponseCreated } from '../events/catalogue/index.js';
import { publish } from '../events/publish.js';
import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { sha256 } from '../kernel/crypto.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { decodeId, encodeId, newUuid } from '../kernel/ids.js';
import { fail, invalid, ok, type Result } from '../kernel/result.js';
import { answersForEvent, checkAnswers, type SurveyAnswer } from './answers.js';
import type { SurveyQuestion } from './question.js';

export interface SubmitSurveyResponseInput {
  /** `srv_…` */
  readonly surveyId: string;
  /** `loc_…` */
  readonly locationId: string;
  /** Version answered; default the present one. */
  readonly surveyVersion?: number | null;
  readonly answers: readonly SurveyAnswer[];
  /** How long the visitor took, 0 to 86,400. */
  readonly durationSeconds?: number | null;
  readonly idempotencyKey?: string | null;
}

/** A visitor's receipt. */
export interface SurveyResponseReceipt {
  /** The response's uuid. */
  readonly submissionId: string;
  /** Lets the visitor change the response for 24 h; shown this once. */
  readonly editToken: string;
}

interface Place {
  id: string;
  name: string;
  path: string[];
}

interface Asked {
  closed: boolean;
  version: number;
  questions: SurveyQuestion[];
}

/**
 * Stores a survey response and publishes `survey.response.created` in the same transaction. Scope submissions:write.
 * Refusals: VALIDATION, NOT_FOUND in a field as VALIDATION, CLOSED.
 */
export async function submitSurveyResponse(
  deps: Deps,
  actor: Actor,
  input: SubmitSurveyResponseInput,
): Promise<Result<SurveyResponseReceipt>> {
  const permitted = authorize(actor, 'submissions:write');
  if (!permitted.ok) return permitted;
  const { idempotencyKey, ...request } = input;
  const call = { operation: 'surveyResponseSubmit', key: idempotencyKey, request };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, () => store(deps, tx, input)),
  );
}

async function store(deps: Deps, tx: Tx, input: SubmitSurveyResponseInput): Promise<Result<SurveyResponseReceipt>> {
  const { durationSeconds = null, answers } = input;
  const place = await findPlace(tx, decodeId('location', input.locationId));
  if (!place) return invalid({ field: ['locationId'], message: 'No such location here.' });
  const surveyId = decodeId('survey', input.surveyId);
  const asked = surveyId === null ? undefined : await findQuestions(tx, surveyId, input.surveyVersion ?? null);
  if (surveyId === null || !asked) return invalid({ field: ['surveyId'], message: 'No such survey or version here.' });
  if (asked.closed) return fail({ code: 'CLOSED', message: 'This survey is closed and takes no more responses.' });
  const wrong = checkAnswers(asked.questions, answers);
  if (
    durationSeconds !== null &&
    !(Number.isInteger(durationSeconds) && durationSeconds >= 0 && durationSeconds <= 86_400)
  ) {
    wrong.push({ field: ['durationSeconds'], message: 'A duration is 0 to 86,400 whole seconds.' });
  }
  if (wrong.length > 0) return invalid(...wrong);

  const id = newUuid();
  const now = deps.clock.now();
  const editToken = randomBytes(24).toString('base64url');
  await tx.query(
    `insert into survey_response (workspace_id, id, survey_id, survey_version, location_id, answers, duration_seconds,
       edit_token_hash, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
    [
      tx.workspaceId,
      id,
      surveyId,
      asked.version,
      place.id,
      JSON.stringify(answers),
      durationSeconds,
      sha256(editToken),
      now,
    ],
  );
  const data = surveyResponseCreated.data.parse({
    session_id: encodeId('surveyResponse', id),
    survey_id: encodeId('survey', surveyId),
    survey_version: asked.version,
    location_id: encodeId('location', place.id),
    location_name: place.name,
    completed_at: `${now.toISOString().slice(0, 19)}Z`,
    duration_seconds: durationSeconds,
    answers: answersForEvent(asked.questions, answers),
  });
  const published = await publish(tx, {
    type: surveyResponseCreated.name,
    dataText: JSON.stringify(data),
    createdAt: now,
    cause: { kind: 'surveyResponse', id },
    locationPath: place.path,
  });
  return published.ok ? ok({ submissionId: id, editToken }) : published;
}

/** The location with everything it lies in, itself first. */
async function findPlace(tx: Tx, id: string | null): Promise<Place | undefined> {
  if (id === null) return undefined;
  const rows = await tx.query<{ id: string; name: string }>(
    `with recursive up as (
       select l.id, l.name, l.parent_id, 1 as depth from location l where l.workspace_id = $1 and l.id = $2
       union all
       select l.id, l.name, l.parent_id, u.depth + 1 from up u
         join location l on l.workspace_id = $1 and l.id = u.parent_id where u.depth < 10
     ) select id, name from up order by depth`,
    [tx.workspaceId, id],
  );
  const [own] = rows;
  return own && { ...own, path: rows.map((row) => row.id) };
}

async function findQuestions(tx: Tx, surveyId: string, version: number | null): Promise<Asked | undefined> {
  const [asked] = await tx.query<Asked>(
    `select s.closed, v.number as version, v.questions from survey s
       join survey_version v on v.workspace_id = s.workspace_id and v.survey_id = s.id and v.number = coalesce($3, s.current_version)
      where s.workspace_id = $1 and s.id = $2`,
    [tx.workspaceId, surveyId, version],
  );
  return asked;
}
