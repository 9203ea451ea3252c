import { graphql } from '../gql/index.js';

// A delivery as lists, the strike line and the feed show it.
graphql(`
  fragment DeliveryRow on Delivery {
    id
    eventName
    status
    waitReason
    waitingSince
    test
    attemptCount
    nextAttemptAt
    httpStatus
    errorClass
    version
    createdAt
    deliveredAt
    endpoint {
      id
      url
      enabled
    }
    attempts {
      id
      number
      startedAt
      durationMs
      errorClass
    }
  }
`);

export const DeliveryFeedDocument = graphql(`
  subscription DeliveryFeed($after: String) {
    deliveryChanged(after: $after) {
      cursor
      resync
      changes {
        kind
        id
        version
        delivery {
          ...DeliveryRow
        }
      }
    }
  }
`);
