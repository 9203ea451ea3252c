import { defineEventType } from './define-event-type.js';
import { surveyResponseData } from './survey-response-data.js';

export const surveyResponseCreated = defineEventType({
  name: 'survey.response.created',
  aliases: ['survey.response.completed'],
  description: 'A visitor submits a survey response.',
  data: surveyResponseData,
  // Verbatim from the published webhook guide: integrators have tests against it.
  sample: {
    session_id: 'ses_001',
    survey_id: 'srv_456',
    survey_version: 3,
    location_id: 'loc_789',
    location_name: 'Reception',
    completed_at: '2026-06-07T10:30:00Z',
    duration_seconds: 47,
    answers: [
      { question_id: 'q1', type: 'rating', value: 5 },
      { question_id: 'q2', type: 'text', value: 'Very helpful staff' },
    ],
  },
});
