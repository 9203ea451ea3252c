import {
  decodeId,
  findLocationsById,
  findSurveyResponsesById,
  findSurveysById,
  findSurveyVersions,
  listLocations,
  listSurveys,
  submitSurveyResponse,
  encodeId,
} from '@carillon/schema';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Context, type NodeFinders } from '../graphql/context.js';
import { payloadErrors, requestError, unwrap } from '../graphql/errors.js';
import { FeedbackErrorCode } from './enums.js';
import { LocationFilter, SurveyResponseSubmitInput } from './inputs.js';
import {
  LocationConnection,
  LocationNode,
  SubmissionPayload,
  SurveyNode,
  SurveyResponseNode,
  SurveyVersionView,
} from './types.js';
@Resolver()
class FeedbackQueries {
  @Query(() => LocationConnection, { description: 'The locations, by path. Role: member. Scope: feedback:read.' })
  async locations(
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('filter', () => LocationFilter, { nullable: true, description: 'Which.' }) filter: LocationFilter | null,
    @Ctx() context: Context,
  ): Promise<LocationConnection> {
    context.require('feedback:read');
    const { kinds = null, withinId = null, search = null } = filter ?? {};
    const afterId = after == null ? null : decodeId('location', after);
    if (after != null && afterId === null) throw requestError('BAD_USER_INPUT', 'Not a cursor of this list: after.');
    const within = withinId === null ? null : decodeId('location', withinId);
    if (withinId !== null && within === null) return emptyPage();
    const page = unwrap(
      await context.read((tx) => listLocations(tx, { first, after: afterId }, { kinds, withinId: within, search })),
    );
    const edges = page.rows.map((row) => ({ cursor: encodeId('location', row.id), node: new LocationNode(row) }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: page.hasNextPage,
        hasPreviousPage: afterId !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
      totalCount: page.totalCount,
    };
  }

  @Query(() => [SurveyNode], { description: 'The surveys, by title, at most 500. Role: member. Scope: feedback:read.' })
  async surveys(@Ctx() context: Context): Promise<readonly SurveyNode[]> {
    context.require('feedback:read');
    return (await context.read(listSurveys)).map((row) => new SurveyNode(row));
  }
}

@Resolver()
class FeedbackMutations {
  @Mutation(() => SubmissionPayload, {
    description:
      'Answers a survey. Public with a poster code, limited by poster and address. Scope: submissions:write.',
  })
  async surveyResponseSubmit(
    @Arg('input', () => SurveyResponseSubmitInput, { description: 'The answers.' }) input: SurveyResponseSubmitInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<SubmissionPayload> {
    const actor = context.require('submissions:write');
    const { surveyId, locationId, surveyVersion = null, durationSeconds = null, answers } = input;
    const stored = await context.write(() =>
      submitSurveyResponse(context.deps, actor, {
        surveyId,
        locationId,
        surveyVersion,
        durationSeconds,
        answers: answers.map(({ questionId, value }) => ({ questionId, value })),
        idempotencyKey,
      }),
    );
    if (!stored.ok)
      return {
        submissionId: null,
        editToken: null,
        errors: payloadErrors(FeedbackErrorCode, stored.error, ['idempotencyKey']),
      };
    const { submissionId, editToken } = stored.value;
    return { submissionId: encodeId('surveyResponse', submissionId), editToken, errors: [] };
  }
}

@Resolver(() => LocationNode)
class LocationFields {
  @FieldResolver(() => LocationNode, { nullable: true, description: 'What it is in.' })
  async parent(@Root() location: LocationNode, @Ctx() context: Context): Promise<LocationNode | null> {
    return location.row.parentId === null ? null : findLocationNode(context, location.row.parentId);
  }
}

@Resolver(() => SurveyNode)
class SurveyFields {
  @FieldResolver(() => SurveyVersionView, { description: 'The version visitors get.' })
  async version(@Root() parent: SurveyNode, @Ctx() context: Context): Promise<SurveyVersionView> {
    const versions = (await context.load(findSurveyVersions, parent.row.id)) ?? [];
    const current = versions.find(({ number }) => number === parent.row.currentVersion);
    if (!current) throw new Error(`The survey ${parent.row.id} lacks its present version.`);
    return current;
  }

  @FieldResolver(() => [SurveyVersionView], { description: 'All versions, newest first.' })
  async versions(@Root() parent: SurveyNode, @Ctx() context: Context): Promise<readonly SurveyVersionView[]> {
    return (await context.load(findSurveyVersions, parent.row.id)) ?? [];
  }
}

@Resolver(() => SurveyResponseNode)
class SurveyResponseFields {
  @FieldResolver(() => LocationNode, { nullable: true, description: 'Where.' })
  async location(@Root() parent: SurveyResponseNode, @Ctx() context: Context): Promise<LocationNode | null> {
    return findLocationNode(context, parent.row.locationId);
  }

  @FieldResolver(() => SurveyNode, { nullable: true, description: 'The survey.' })
  async survey(@Root() parent: SurveyResponseNode, @Ctx() context: Context): Promise<SurveyNode | null> {
    return findSurveyNode(context, parent.row.surveyId);
  }
}

export const feedbackResolvers = [
  FeedbackQueries,
  FeedbackMutations,
  LocationFields,
  SurveyFields,
  SurveyResponseFields,
];

export const feedbackNodes: NodeFinders = {
  location: (context, uuid) => (context.can('feedback:read') ? findLocationNode(context, uuid) : Promise.resolve(null)),
  survey: (context, uuid) => (context.can('feedback:read') ? findSurveyNode(context, uuid) : Promise.resolve(null)),
  surveyResponse: (context, uuid) =>
    context.can('feedback:read') ? findResponseNode(context, uuid) : Promise.resolve(null),
};

async function findLocationNode(context: Context, uuid: string): Promise<LocationNode | null> {
  const row = await context.load(findLocationsById, uuid);
  return row ? new LocationNode(row) : null;
}

async function findSurveyNode(context: Context, uuid: string): Promise<SurveyNode | null> {
  const row = await context.load(findSurveysById, uuid);
  return row ? new SurveyNode(row) : null;
}

async function findResponseNode(context: Context, uuid: string): Promise<SurveyResponseNode | null> {
  const row = await context.load(findSurveyResponsesById, uuid);
  return row ? new SurveyResponseNode(row) : null;
}

function emptyPage(): LocationConnection {
  return {
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    totalCount: 0,
  };
}
