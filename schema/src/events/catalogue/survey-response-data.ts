import { z } from 'zod';
import { EVENT_QUESTION_TYPES } from '../../feedback/question.js';
import { idField, locationFields, momentField } from './data-fields.js';

/** `data` of the events about a survey response (source 3). */
export const surveyResponseData = z.strictObject({
  session_id: idField('ses'),
  survey_id: idField('srv'),
  survey_version: z.int().min(1).describe("The survey's version that was answered."),
  ...locationFields,
  completed_at: momentField('When the response was submitted.'),
  duration_seconds: z.int().min(0).nullable().describe('How long the visitor took; null when unknown.'),
  answers: z.array(
    z.strictObject({
      question_id: z.string().min(1).describe('Unique in its survey, kept across versions, e.g. `q1`.'),
      type: z.enum(EVENT_QUESTION_TYPES),
      value: z.union([z.int(), z.string()]).describe('An integer or a string, by type.'),
    }),
  ),
});
