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
    replay {
      id
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

/** Which endpoints changed, or how they are doing: what their deliveries wait for may be another thing then. */
export const EndpointSignsDocument = graphql(`
  subscription EndpointSigns($after: String) {
    endpointChanged(after: $after) {
      cursor
      resync
      changes {
        id
      }
    }
  }
`);
