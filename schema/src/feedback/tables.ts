import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { SurveyQuestion } from './question.js';

/** A building, floor, unit, or place in it where feedback is given. */
export const LocationTable = defineEntity({
  name: 'Location',
  tableName: 'location',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    kind: p.text(),
    name: p.text(),
    parentId: p.uuid().nullable(),
    createdAt: p.datetime(),
  },
});
export type Location = InferEntity<typeof LocationTable>;

export const SurveyTable = defineEntity({
  name: 'Survey',
  tableName: 'survey',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    title: p.text(),
    language: p.text(),
    closed: p.boolean(),
    currentVersion: p.integer(),
    createdAt: p.datetime(),
  },
});
export type Survey = InferEntity<typeof SurveyTable>;

/** A survey's questions, unchangeable once published. */
export const SurveyVersionTable = defineEntity({
  name: 'SurveyVersion',
  tableName: 'survey_version',
  properties: {
    workspaceId: p.uuid().primary(),
    surveyId: p.uuid().primary(),
    number: p.integer().primary(),
    questions: p.json<SurveyQuestion[]>(),
    publishedAt: p.datetime(),
  },
});
export type SurveyVersion = InferEntity<typeof SurveyVersionTable>;
