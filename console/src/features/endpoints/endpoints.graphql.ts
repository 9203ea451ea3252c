import { graphql } from '../../gql/index.js';

graphql(`
  fragment EndpointRow on Endpoint {
    id
    url
    description
    events
    enabled
    disabledReason
    disabledMessage
    disabledAt
    createdAt
    version
  }
`);

export const EndpointsDocument = graphql(`
  query Endpoints($first: Int, $after: String, $filter: EndpointFilter) {
    endpoints(first: $first, after: $after, filter: $filter) {
      nodes {
        ...EndpointRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const EndpointDocument = graphql(`
  query Endpoint($id: ID!) {
    endpoint(id: $id) {
      ...EndpointRow
      externalId
      metadata {
        key
        value
      }
      locationIds
      payloadVersion
      settings {
        retryDelaysSeconds
        timeoutMs
        concurrencyCeiling
        headers {
          name
          value
        }
      }
      secretHint
      secretCreatedAt
      secretOverlapEndsAt
    }
  }
`);

export const EndpointDeliveriesDocument = graphql(`
  query EndpointDeliveries($id: ID!, $first: Int!) {
    endpoint(id: $id) {
      id
      deliveries(first: $first) {
        nodes {
          ...DeliveryRow
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`);

export const EventTypesDocument = graphql(`
  query EventTypes {
    eventTypes {
      name
      aliases
      description
      custom
      sample
    }
  }
`);

export const EndpointCreateDocument = graphql(`
  mutation EndpointCreate($input: EndpointCreateInput!, $key: String) {
    endpointCreate(input: $input, idempotencyKey: $key) {
      endpoint {
        id
        url
      }
      secret
      standardSecret
      errors {
        code
        message
        field
      }
    }
  }
`);

export const EndpointUpdateDocument = graphql(`
  mutation EndpointUpdate($id: ID!, $input: EndpointUpdateInput!) {
    endpointUpdate(id: $id, input: $input) {
      endpoint {
        ...EndpointRow
        settings {
          retryDelaysSeconds
          timeoutMs
          concurrencyCeiling
          headers {
            name
            value
          }
        }
      }
      errors {
        code
        message
        field
      }
    }
  }
`);

export const EndpointDeleteDocument = graphql(`
  mutation EndpointDelete($id: ID!) {
    endpointDelete(id: $id) {
      endpoint {
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

export const EndpointSecretRotateDocument = graphql(`
  mutation EndpointSecretRotate($id: ID!, $overlapSeconds: Int!, $key: String) {
    endpointSecretRotate(id: $id, overlapSeconds: $overlapSeconds, idempotencyKey: $key) {
      endpoint {
        id
        url
      }
      secret
      standardSecret
      errors {
        code
        message
        field
      }
    }
  }
`);

export const EndpointTestDocument = graphql(`
  mutation EndpointTest($id: ID!, $event: String!, $data: JSON, $key: String) {
    endpointTest(id: $id, event: $event, data: $data, idempotencyKey: $key) {
      delivery {
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

export const EndpointFeedDocument = graphql(`
  subscription EndpointFeed($after: String) {
    endpointChanged(after: $after) {
      cursor
      resync
      changes {
        id
        version
        endpoint {
          ...EndpointRow
        }
      }
    }
  }
`);
