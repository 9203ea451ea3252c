import { lexicographicSortSchema, printSchema } from 'graphql';
import { executableSchema } from './schema.js';

/** The contract in GraphQL's own language, sorted, so that it changes only where it changed. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(executableSchema()))}\n`;
}
