import { graphql } from '../../gql/index.js';

/** Who asks, and what this installation is. Answers signed out, too. */
export const ViewerDocument = graphql(`
  query Viewer {
    installation {
      version
      development
      deliveryTargets
    }
    viewer {
      scopes
      platformAdministrator
      account {
        id
        name
        email
      }
      member {
        id
        name
        role
      }
    }
  }
`);

/** The workspace one works in; asked only when signed in. */
export const WorkspaceDocument = graphql(`
  query Workspace {
    workspace {
      id
      name
      timeZone
      locale
      mode
    }
  }
`);

/** Endpoints to jump to from the palette. */
export const PaletteDocument = graphql(`
  query Palette {
    endpoints(first: 100) {
      nodes {
        id
        url
        enabled
      }
    }
    eventTypes {
      name
      description
    }
  }
`);
