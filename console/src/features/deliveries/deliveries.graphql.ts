import { graphql } from '../../gql/index.js';

export const DeliveriesDocument = graphql(`
  query Deliveries($first: Int, $after: String, $filter: DeliveryFilter) {
    deliveries(first: $first, after: $after, filter: $filter) {
      nodes {
        ...DeliveryRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** What the filters offer. */
export const DeliveryFiltersDocument = graphql(`
  query DeliveryFilters($withEvents: Boolean!, $withEndpoints: Boolean!) {
    eventTypes @include(if: $withEvents) {
      name
    }
    endpoints(first: 100) @include(if: $withEndpoints) {
      nodes {
        id
        url
      }
    }
  }
`);

export const DeliveryDocument = graphql(`
  query Delivery($id: ID!) {
    delivery(id: $id) {
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
      requestBody
      redactedAt
      version
      createdAt
      deliveredAt
      replay {
        id
      }
      event {
        id
        type
      }
      endpoint {
        id
        url
        enabled
        disabledMessage
        settings {
          retryDelaysSeconds
        }
      }
      attempts {
        id
        number
        kind
        startedAt
        durationMs
        url
        requestHeaders {
          name
          value
        }
        httpStatus
        responseHeaders {
          name
          value
        }
        responseBody
        responseTruncated
        errorClass
        errorMessage
      }
    }
  }
`);

export const DeliveryRetryDocument = graphql(`
  mutation DeliveryRetry($id: ID!, $force: Boolean!, $key: String) {
    deliveryRetry(id: $id, force: $force, idempotencyKey: $key) {
      delivery {
        id
        status
        version
      }
      errors {
        code
        message
      }
    }
  }
`);

export const DeliveryBulkRetryDocument = graphql(`
  mutation DeliveryBulkRetry($filter: DeliveryFilter!, $ratePerSecond: Float, $dryRun: Boolean!, $key: String) {
    deliveryBulkRetry(filter: $filter, ratePerSecond: $ratePerSecond, dryRun: $dryRun, idempotencyKey: $key) {
      job {
        ...JobRow
      }
      totalCount
      errors {
        message
        field
      }
    }
  }
`);
