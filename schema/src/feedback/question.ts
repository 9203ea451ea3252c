/** What a question can ask for. */
export const QUESTION_TYPES = ['RATING', 'CHOICE', 'TEXT', 'LONG_TEXT', 'NPS', 'CSAT', 'SCALE'] as const;
export type QuestionType = (typeof QUESTION_TYPES)[number];

/** A question type as events spell it, e.g. `long_text`. */
export type EventQuestionType = Lowercase<QuestionType>;
/** `QUESTION_TYPES` as events spell them. */
export const EVENT_QUESTION_TYPES: readonly EventQuestionType[] = QUESTION_TYPES.map(eventQuestionType);

/** One question of a survey. */
export interface SurveyQuestion {
  /** Unique in its survey, kept across versions, e.g. `q1`. */
  readonly questionId: string;
  readonly type: QuestionType;
  /** The question itself. */
  readonly text: string;
  /** True: an answer is needed. */
  readonly required: boolean;
  /** What a CHOICE chooses from; empty for the other types. */
  readonly choices: readonly string[];
  /** Of SCALE; null for the other types. */
  readonly minimum: number | null;
  /** Of SCALE; null for the other types. */
  readonly maximum: number | null;
}

/** `LONG_TEXT` → `long_text`. */
export function eventQuestionType(type: QuestionType): EventQuestionType {
  return type.toLowerCase() as EventQuestionType;
}
