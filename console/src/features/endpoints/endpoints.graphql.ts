import { graphql } from '../../gql/index.js';

graphql(`
  fragment HealthFields on EndpointHealth {
    circuit
    failingSince
    exhaustedInARow
    concurrency
    pausesAt
    pendingCount
    oldestDueAt
    lastDeliveredAt
    lastDay {
      to
      attemptCount
      deliveredCount
      failedCount
      successRate
      p50Ms
      p95Ms
      p99Ms
      errors {
        errorClass
        count
      }
    }
  }
`);

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
    health {
      ...HealthFields
    }
  }
`);

/** `since`: the begin of the bars, in steps of an hour. */
export const EndpointsDocument = graphql(`
  query Endpoints($first: Int, $after: String, $filter: EndpointFilter, $since: DateTime!) {
    endpoints(first: $first, after: $after, filter: $filter) {
      nodes {
        ...EndpointRow
        stats(range: { from: $since }, bucket: HOUR) {
          from
          deliveredCount
          failedCount
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

graphql(`
  fragment SettingsFields on EndpointSettings {
    retryDelaysSeconds
    timeoutMs
    ratePerSecond
    concurrencyCeiling
    fifo
    headers {
      name
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
        ...SettingsFields
      }
      secretHint
      secretCreatedAt
      secretOverlapEndsAt
    }
  }
`);

/** `hoursFrom` and `daysFrom`: the begin of either chart. */
export const EndpointStatsDocument = graphql(`
  query EndpointStats($id: ID!, $hoursFrom: DateTime!, $daysFrom: DateTime!) {
    endpoint(id: $id) {
      id
      hours: stats(range: { from: $hoursFrom }, bucket: HOUR) {
        from
        deliveredCount
        failedCount
        p95Ms
      }
      days: stats(range: { from: $daysFrom }, bucket: DAY) {
        from
        deliveredCount
        failedCount
        p95Ms
      }
    }
  }
`);

/** What waits for an open circuit knows until when. */
export const CircuitDocument = graphql(`
  query Circuit($id: ID!) {
    endpoint(id: $id) {
      id
      deliveries(first: 1, filter: { waitReasons: [CIRCUIT_OPEN] }) {
        nodes {
          id
          nextAttemptAt
        }
      }
    }
  }
`);

export const PlacesDocument = graphql(`
  query Places($first: Int!, $after: String) {
    locations(first: $first, after: $after) {
      nodes {
        id
        path
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const EndpointReplayDocument = graphql(`
  mutation EndpointReplay(
    $id: ID!
    $since: DateTime!
    $until: DateTime
    $status: ReplayStatus!
    $ratePerSecond: Float
    $dryRun: Boolean!
    $key: String
  ) {
    endpointReplay(
      id: $id
      since: $since
      until: $until
      status: $status
      ratePerSecond: $ratePerSecond
      dryRun: $dryRun
      idempotencyKey: $key
    ) {
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
        externalId
        metadata {
          key
          value
        }
        locationIds
        settings {
          ...SettingsFields
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
