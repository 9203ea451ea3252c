import { describe, expect, test } from 'vitest';
import { surveyResponseCreated } from '../events/catalogue/index.js';
import { answersForEvent, checkAnswers } from './answers.js';
import { EVENT_QUESTION_TYPES, type QuestionType, type SurveyQuestion } from './question.js';

function question(type: QuestionType, more: Partial<SurveyQuestion> = {}): SurveyQuestion {
  return {
    questionId: 'q1',
    type,
    text: 'How was it?',
    required: false,
    choices: [],
    minimum: null,
    maximum: null,
    ...more,
  };
}

const CHOICE = question('CHOICE', { choices: ['Yes', 'No'] });
const SCALE = question('SCALE', { minimum: -2, maximum: 7 });

function accepts(asked: SurveyQuestion, value: unknown): boolean {
  return checkAnswers([asked], [{ questionId: asked.questionId, value }]).length === 0;
}

describe('the value of an answer', () => {
  test.each([
    ['RATING is an integer from 1 to 5', question('RATING'), [1, 5], [0, 6, 4.5, '5', true, null, NaN]],
    ['CSAT is an integer from 1 to 5', question('CSAT'), [1, 5], [0, 6, 1.5, '1', null]],
    ['NPS is an integer from 0 to 10', question('NPS'), [0, 10], [-1, 11, 9.9, '9', null]],
    ['SCALE is an integer from its minimum to its maximum', SCALE, [-2, 0, 7], [-3, 8, 0.5, '0', null]],
    ['CHOICE is one of its choices', CHOICE, ['Yes', 'No'], ['yes', '', 'Yes ', 0, null, ['Yes']]],
    [
      'TEXT has at most 500 characters',
      question('TEXT'),
      ['', 'x'.repeat(500), '😀'.repeat(500)],
      ['x'.repeat(501), 5, null, {}],
    ],
    [
      'LONG_TEXT has at most 10,000 characters',
      question('LONG_TEXT'),
      ['', 'x'.repeat(10_000)],
      ['x'.repeat(10_001), 5, null],
    ],
    ['TEXT holds only what can be stored', question('TEXT'), ['é😀\n'], ['a\0b', 'a\ud83d', '\ude00']],
  ] as const)('%s', (_rule, asked, good, bad) => {
    expect(good.filter((value) => !accepts(asked, value))).toEqual([]);
    expect(bad.filter((value) => accepts(asked, value))).toEqual([]);
  });

  test('is blamed at its place', () => {
    const errors = checkAnswers(
      [question('RATING'), question('NPS', { questionId: 'q2' })],
      [
        { questionId: 'q2', value: 3 },
        { questionId: 'q1', value: 9 },
      ],
    );
    expect(errors).toEqual([{ field: ['answers', '1', 'value'], message: 'Must be an integer from 1 to 5.' }]);
  });
});

describe('a set of answers', () => {
  test('may leave out what is not required', () => {
    expect(checkAnswers([question('RATING')], [])).toEqual([]);
  });

  test('must answer each required question', () => {
    expect(checkAnswers([question('RATING', { required: true })], [])).toEqual([
      { field: ['answers'], message: '`q1` needs an answer.' },
    ]);
  });

  test('must not answer a required text with nothing', () => {
    const asked = question('TEXT', { required: true });
    expect(checkAnswers([asked], [{ questionId: 'q1', value: ' \n' }])).toEqual([
      { field: ['answers', '0', 'value'], message: 'Must not be empty.' },
    ]);
  });

  test('must not answer a question that is not in this version', () => {
    expect(checkAnswers([question('RATING')], [{ questionId: 'q9', value: 1 }])).toEqual([
      { field: ['answers', '0', 'questionId'], message: 'This version of the survey has no such question.' },
    ]);
  });

  test('must not answer a question twice', () => {
    const twice = [
      { questionId: 'q1', value: 1 },
      { questionId: 'q1', value: 2 },
    ];
    expect(checkAnswers([question('RATING')], twice)).toEqual([
      { field: ['answers', '1', 'questionId'], message: '`q1` is answered twice.' },
    ]);
  });

  test('hears of everything that is wrong with it', () => {
    const questions = [question('RATING'), question('TEXT', { questionId: 'q2', required: true })];
    const answers = [
      { questionId: 'q1', value: 'x' },
      { questionId: 'q3', value: 1 },
    ];
    expect(checkAnswers(questions, answers).map(({ field }) => field.join('.'))).toEqual([
      'answers.0.value',
      'answers.1.questionId',
      'answers',
    ]);
  });
});

describe('answers in an event', () => {
  test('are those of the published guide, in the order of the questions', () => {
    const questions = [
      question('RATING'),
      question('TEXT', { questionId: 'q2' }),
      question('LONG_TEXT', { questionId: 'q3' }),
    ];
    const answers = [
      { questionId: 'q2', value: 'Very helpful staff' },
      { questionId: 'q1', value: 5 },
    ];
    expect(JSON.stringify(answersForEvent(questions, answers))).toBe(
      JSON.stringify(surveyResponseCreated.sample.answers),
    );
  });

  test('have types in lower case', () => {
    expect(EVENT_QUESTION_TYPES).toEqual(['rating', 'choice', 'text', 'long_text', 'nps', 'csat', 'scale']);
  });

  test('are not made of unchecked ones', () => {
    expect(() => answersForEvent([question('RATING')], [{ questionId: 'q1', value: 6 }])).toThrow('checked first');
  });
});
