import { defineEventType } from './define-event-type.js';
import { surveyResponseData } from './survey-response-data.js';

export const surveyResponseUpdated = defineEventType({
  name: 'survey.response.updated',
  description: 'A visitor changes a submitted response.',
  data: surveyResponseData,
  sample: {
    session_id: 'ses_01KTGT5XT7FMXFE81YHNB8MPR8',
    survey_id: 'srv_01KERRK3AMBR9AZTNFH508WT8M',
    survey_version: 3,
    location_id: 'loc_01KERQQPZE0SN4MW1QDPG0XEF5',
    location_name: 'Reception',
    completed_at: '2026-06-07T10:31:12Z',
    duration_seconds: 72,
    answers: [
      { question_id: 'q1', type: 'rating', value: 4 },
      { question_id: 'q2', type: 'text', value: 'Very helpful staff, but a long queue' },
    ],
  },
});
