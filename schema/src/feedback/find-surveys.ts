import type { Tx } from '../kernel/database.js';
import { SurveyTable, SurveyVersionTable, type Survey, type SurveyVersion } from './tables.js';
import type { QuestionType, SurveyQuestion } from './question.js';

/** More surveys than a workspace has. */
const MAX_SURVEYS = 500;

/** The surveys of a workspace, by title. */
export async function listSurveys(tx: Tx): Promise<Survey[]> {
  return tx.em.find(
    SurveyTable,
    { workspaceId: tx.workspaceId },
    { orderBy: { title: 'asc', id: 'asc' }, limit: MAX_SURVEYS },
  );
}

/** Many by id, for loaders; unknown ones are left out. */
export async function findSurveysById(tx: Tx, ids: readonly string[]): Promise<Map<string, Survey>> {
  const found = await tx.em.find(SurveyTable, { workspaceId: tx.workspaceId, id: { $in: [...ids] } });
  return new Map(found.map((survey) => [survey.id, survey]));
}

/** All versions of each survey, newest first. */
export async function findSurveyVersions(tx: Tx, surveyIds: readonly string[]): Promise<Map<string, SurveyVersion[]>> {
  const found = await tx.em.find(
    SurveyVersionTable,
    { workspaceId: tx.workspaceId, surveyId: { $in: [...surveyIds] } },
    { orderBy: { number: 'desc' } },
  );
  const versions = new Map<string, SurveyVersion[]>(surveyIds.map((id) => [id, []]));
  for (const version of found) versions.get(version.surveyId)?.push(version);
  return versions;
}

/** A visitor's answers, with what they were asked. */
export interface StoredResponse {
  readonly id: string;
  readonly surveyId: string;
  readonly surveyVersion: number;
  readonly locationId: string;
  readonly answers: readonly { readonly questionId: string; readonly type: QuestionType; readonly value: unknown }[];
  readonly durationSeconds: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly anonymisedAt: Date | null;
}

/** Many by id, for loaders; unknown ones are left out. */
export async function findSurveyResponsesById(tx: Tx, ids: readonly string[]): Promise<Map<string, StoredResponse>> {
  const rows = await tx.query<StoredResponse & { questions: readonly SurveyQuestion[] }>(
    `select r.id, r.survey_id as "surveyId", r.survey_version as "surveyVersion", r.location_id as "locationId", r.answers,
            r.duration_seconds as "durationSeconds", r.created_at as "createdAt", r.updated_at as "updatedAt",
            r.anonymised_at as "anonymisedAt", v.questions
       from survey_response r
       join survey_version v on v.workspace_id = r.workspace_id and v.survey_id = r.survey_id and v.number = r.survey_version
      where r.workspace_id = $1 and r.id = any($2::uuid[])`,
    [tx.workspaceId, [...ids]],
  );
  return new Map(
    rows.map(({ questions, ...row }) => {
      const typeOf = new Map(questions.map(({ questionId, type }) => [questionId, type]));
      const answers = row.answers.map((answer) => ({ ...answer, type: typeOf.get(answer.questionId) ?? 'TEXT' }));
      return [row.id, { ...row, answers }];
    }),
  );
}
