import { graphql } from '../../gql/index.js';

export const ApiTokensDocument = graphql(`
  query ApiTokens {
    apiTokens {
      id
      name
      hint
      scopes
      createdBy {
        kind
        name
      }
      createdAt
      expiresAt
      lastUsedAt
    }
  }
`);

export const ApiTokenCreateDocument = graphql(`
  mutation ApiTokenCreate($input: ApiTokenCreateInput!, $key: String) {
    apiTokenCreate(input: $input, idempotencyKey: $key) {
      apiToken {
        id
      }
      secret
      errors {
        code
        message
        field
      }
    }
  }
`);

export const ApiTokenRevokeDocument = graphql(`
  mutation ApiTokenRevoke($id: ID!) {
    apiTokenRevoke(id: $id) {
      apiToken {
        id
      }
      errors {
        code
        message
        field
      }
    }
  }
`);

export const WorkspaceSettingsDocument = graphql(`
  mutation WorkspaceSettings($input: WorkspaceSettingsInput!) {
    workspaceSettingsUpdate(input: $input) {
      workspace {
        id
        name
        timeZone
        locale
        mode
      }
      errors {
        code
        message
        field
      }
    }
  }
`);
