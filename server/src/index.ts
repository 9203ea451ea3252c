// What tests of the whole system reach of the server without starting a process.
export { executableSchema } from './graphql/schema.js';
export { schemaText } from './graphql/schema-text.js';
export { startServer, type RunningServer } from './start-server.js';
