import type { FieldError } from '../kernel/result.js';
import { eventQuestionType, type EventQuestionType, type SurveyQuestion } from './question.js';

/** What a visitor says to one question; `value` is whatever was sent until `checkAnswers` has seen it. */
export interface SurveyAnswer {
  readonly questionId: string;
  readonly value: unknown;
}

/** An answer as events hold it (source 3). */
export interface EventAnswer {
  readonly question_id: string;
  readonly type: EventQuestionType;
  readonly value: number | string;
}

const TEXT_MAX_CHARACTERS = 500;
const LONG_TEXT_MAX_CHARACTERS = 10_000;

/**
 * Checks answers against the survey version they were given to: every required question answered, none twice, each value
 * as its question's type wants it.
 * @returns everything that is wrong, in the order of the answers, then what is missing; empty when all is well.
 *   Fields begin with `answers`, e.g. `['answers', '0', 'value']`.
 */
export function checkAnswers(questions: readonly SurveyQuestion[], answers: readonly SurveyAnswer[]): FieldError[] {
  const questionOf = new Map(questions.map((question) => [question.questionId, question]));
  const answered = new Set<string>();
  const errors: FieldError[] = [];
  answers.forEach(({ questionId, value }, index) => {
    const refuse = (key: string, message: string) => errors.push({ field: ['answers', String(index), key], message });
    const question = questionOf.get(questionId);
    if (!question) {
      refuse('questionId', 'This version of the survey has no such question.');
    } else if (answered.has(questionId)) {
      refuse('questionId', `\`${questionId}\` is answered twice.`);
    } else {
      const problem = problemOf(question, value);
      if (problem !== undefined) refuse('value', problem);
    }
    answered.add(questionId);
  });
  for (const { questionId, required } of questions) {
    if (required && !answered.has(questionId)) {
      errors.push({ field: ['answers'], message: `\`${questionId}\` needs an answer.` });
    }
  }
  return errors;
}

/**
 * Checked answers as the events `survey.response.*` hold them, in the order of the questions.
 * @throws Error when an answer is not one that `checkAnswers` let through.
 */
export function answersForEvent(questions: readonly SurveyQuestion[], answers: readonly SurveyAnswer[]): EventAnswer[] {
  const problems = checkAnswers(questions, answers);
  if (problems[0]) throw new Error(`Answers must be checked first: ${problems[0].message}`);
  const valueOf = new Map(answers.map(({ questionId, value }) => [questionId, value]));
  return questions
    .filter(({ questionId }) => valueOf.has(questionId))
    .map(({ questionId, type }) => ({
      question_id: questionId,
      type: eventQuestionType(type),
      value: valueOf.get(questionId) as number | string,
    }));
}

function problemOf(question: SurveyQuestion, value: unknown): string | undefined {
  switch (question.type) {
    case 'RATING':
    case 'CSAT':
      return integerProblem(value, 1, 5);
    case 'NPS':
      return integerProblem(value, 0, 10);
    case 'SCALE':
      return integerProblem(value, question.minimum ?? -Infinity, question.maximum ?? Infinity);
    case 'CHOICE':
      return question.choices.some((choice) => choice === value)
        ? undefined
        : `Choose one of: ${question.choices.map((choice) => JSON.stringify(choice)).join(', ')}.`;
    case 'TEXT':
      return textProblem(value, TEXT_MAX_CHARACTERS, question.required);
    case 'LONG_TEXT':
      return textProblem(value, LONG_TEXT_MAX_CHARACTERS, question.required);
  }
}

function integerProblem(value: unknown, minimum: number, maximum: number): string | undefined {
  const fits = Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
  return fits ? undefined : `Must be an integer from ${minimum} to ${maximum}.`;
}

function textProblem(value: unknown, maxCharacters: number, required: boolean): string | undefined {
  if (typeof value !== 'string') return 'Must be a string.';
  if (required && value.trim() === '') return 'Must not be empty.';
  // PostgreSQL stores neither.
  if (value.includes('\0') || !value.isWellFormed()) return 'Must not contain NUL or half of a surrogate pair.';
  // People count characters, not UTF-16 units; the first comparison saves counting what is short anyway.
  const tooLong = value.length > maxCharacters && [...value].length > maxCharacters;
  return tooLong ? `Must be at most ${maxCharacters.toLocaleString('en')} characters.` : undefined;
}
