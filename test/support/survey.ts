/** Runs a GraphQL operation. @throws Error with what GraphQL complains of */
export type Graphql = <Data>(query: string, variables?: object) => Promise<Data>;

/**
 * Answers the demo's survey at its reception.
 *
 * @returns When the server had answered, in ms since 1970.
 */
export async function submitSurvey(graphql: Graphql, comment = 'Very helpful staff'): Promise<number> {
  const { surveys, locations } = await graphql<{
    surveys: { id: string }[];
    locations: { nodes: { id: string; name: string }[] };
  }>('{ surveys { id } locations { nodes { id name } } }');
  const input = {
    surveyId: surveys[0]?.id,
    locationId: locations.nodes.find(({ name }) => name === 'Reception')?.id,
    answers: [
      { questionId: 'q1', value: 5 },
      { questionId: 'q2', value: comment },
    ],
  };
  const { surveyResponseSubmit } = await graphql<{ surveyResponseSubmit: { errors: { message: string }[] } }>(
    'mutation ($input: SurveyResponseSubmitInput!) { surveyResponseSubmit(input: $input) { errors { message } } }',
    { input },
  );
  const answeredAt = performance.timeOrigin + performance.now();
  const [error] = surveyResponseSubmit.errors;
  if (error) throw new Error(error.message);
  return answeredAt;
}
