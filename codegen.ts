import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types the console's GraphQL operations against the API's contract. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: ['console/src/**/*.{ts,tsx}', '!console/src/gql/**', '!console/src/**/*.test.{ts,tsx}'],
  ignoreNoDocuments: true,
  generates: {
    'console/src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        // Every scalar of ours travels as a text, but for JSON; ids are texts to a client, never numbers.
        defaultScalarType: 'string',
        scalars: { ID: 'string', JSON: 'unknown' },
      },
    },
  },
};

export default config;
