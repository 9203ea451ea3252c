import { z } from 'zod';
import { idField, locationFields } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const hygieneSubmissionCreated = defineEventType({
  name: 'hygiene.submission.created',
  aliases: ['hygiene.assessment.created'],
  description: 'A visitor submits a hygiene assessment.',
  data: z.strictObject({
    assessment_id: idField('hyg'),
    ...locationFields,
    poster_id: idField('pst').optional(),
    ratings: z
      .array(z.strictObject({ category: z.string(), score: z.int().min(1).max(5).describe('1 (bad) to 5.') }))
      .min(1),
    average_score: z.number().min(1).max(5).describe('Mean of the scores.'),
    comment: z.string().optional(),
  }),
  sample: {
    assessment_id: 'hyg_01KTGTT8MSCZ7DJ9T358X4QYDK',
    location_id: 'loc_01KERQTQEEYBQ8VDV85EFGQ8C0',
    location_name: 'Restroom, ground floor',
    poster_id: 'pst_01KERRW2ZZDDD2ED5YBW02EFCQ',
    ratings: [
      { category: 'Floor', score: 2 },
      { category: 'Basin', score: 4 },
      { category: 'Smell', score: 1 },
      { category: 'Supplies', score: 3 },
    ],
    average_score: 2.5,
    comment: 'No soap at the second basin.',
  },
});
