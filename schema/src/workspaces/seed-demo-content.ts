import type { Tx } from '../kernel/database.js';
import { newUuid } from '../kernel/ids.js';
import type { SurveyQuestion } from '../feedback/question.js';

/** From the outside in. */
const PLACES = [
  { kind: 'building', name: 'Terminal 2' },
  { kind: 'floor', name: 'Level 1' },
  { kind: 'location', name: 'Reception' },
] as const;

const PLAIN = { choices: [], minimum: null, maximum: null } as const;

const RATING: SurveyQuestion = {
  questionId: 'q1',
  type: 'RATING',
  text: 'How would you rate your visit?',
  required: true,
  ...PLAIN,
};

const TEXT: SurveyQuestion = {
  questionId: 'q2',
  type: 'TEXT',
  text: 'What could be better?',
  required: false,
  ...PLAIN,
};

/** Every version ever published, the current one last. */
const VERSIONS: readonly (readonly SurveyQuestion[])[] = [
  [RATING],
  [RATING, { ...TEXT, text: 'Anything to add?' }],
  [RATING, TEXT],
];

/** Gives a new workspace a place and a survey to begin with. */
export async function seedDemoContent(tx: Tx): Promise<void> {
  let parentId: string | null = null;
  for (const { kind, name } of PLACES) {
    const id = newUuid();
    await tx.query('insert into location (workspace_id, id, kind, name, parent_id) values ($1, $2, $3, $4, $5)', [
      ...[tx.workspaceId, id, kind, name, parentId],
    ]);
    parentId = id;
  }
  const surveyId = newUuid();
  await tx.query(
    'insert into survey (workspace_id, id, title, language, current_version) values ($1, $2, $3, $4, $5)',
    [...[tx.workspaceId, surveyId, 'How was your visit?', 'en', VERSIONS.length]],
  );
  for (const [index, questions] of VERSIONS.entries()) {
    await tx.query(
      'insert into survey_version (workspace_id, survey_id, number, questions) values ($1, $2, $3, $4::jsonb)',
      [tx.workspaceId, surveyId, index + 1, JSON.stringify(questions)],
    );
  }
}
