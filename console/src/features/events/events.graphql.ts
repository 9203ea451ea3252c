import { graphql } from '../../gql/index.js';

graphql(`
  fragment EventRow on Event {
    id
    type
    test
    redactedAt
    deliveryCount
    createdAt
    version
  }
`);

export const EventsDocument = graphql(`
  query Events($first: Int, $after: String, $filter: EventFilter) {
    events(first: $first, after: $after, filter: $filter) {
      nodes {
        ...EventRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const EventFeedDocument = graphql(`
  subscription EventFeed($after: String) {
    eventChanged(after: $after) {
      cursor
      resync
      changes {
        id
        version
        event {
          ...EventRow
        }
      }
    }
  }
`);

export const EventDocument = graphql(`
  query Event($id: ID!, $withDeliveries: Boolean!) {
    event(id: $id) {
      ...EventRow
      body
      deliveries(first: 50) @include(if: $withDeliveries) {
        nodes {
          ...DeliveryRow
        }
      }
    }
  }
`);

/** What became of an event at every endpoint, and why. */
export const EventExplainDocument = graphql(`
  query EventExplain($id: ID!) {
    eventExplain(id: $id) {
      outcome
      message
      endpoint {
        id
        url
      }
      delivery {
        id
        status
        waitReason
        attemptCount
        nextAttemptAt
      }
    }
  }
`);

export const CatalogueDocument = graphql(`
  query Catalogue {
    eventTypes {
      name
      aliases
      description
      custom
      dataSchema
      sample
    }
  }
`);

export const EventPublishDocument = graphql(`
  mutation EventPublish($input: EventPublishInput!) {
    eventPublish(input: $input) {
      event {
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
