import { graphql } from '../gql/index.js';

// A job as the tray, its dialog and an endpoint's list of replays show it.
graphql(`
  fragment JobRow on Job {
    id
    kind
    status
    totalCount
    doneCount
    failedCount
    skippedCount
    ratePerSecond
    message
    createdAt
    finishedAt
    version
    startedBy {
      name
    }
    endpoint {
      id
      url
    }
  }
`);

export const JobsDocument = graphql(`
  query Jobs {
    jobs {
      ...JobRow
    }
  }
`);

export const JobFeedDocument = graphql(`
  subscription JobFeed($after: String) {
    jobChanged(after: $after) {
      cursor
      resync
      changes {
        id
        version
        job {
          ...JobRow
        }
      }
    }
  }
`);

export const JobAbortDocument = graphql(`
  mutation JobAbort($id: ID!) {
    jobAbort(id: $id) {
      job {
        ...JobRow
      }
      errors {
        message
      }
    }
  }
`);
