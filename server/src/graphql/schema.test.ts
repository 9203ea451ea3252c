import { readFileSync } from 'node:fs';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  specifiedScalarTypes,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import { expect, test } from 'vitest';
import { schemaText } from './schema-text.js';
import { executableSchema } from './schema.js';

test('schema/schema.graphql is what the classes say', () => {
  const committed = readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');
  expect(schemaText()).toBe(committed);
});

test('every type, field, argument and enum value says what it is', () => {
  const silent: string[] = [];
  const note = (name: string, description: string | null | undefined): void => {
    if (!description) silent.push(name);
  };
  for (const type of Object.values(executableSchema().getTypeMap())) {
    if (
      isIntrospectionType(type) ||
      (isScalarType(type) && specifiedScalarTypes.some(({ name }) => name === type.name))
    )
      continue;
    if (!['Query', 'Mutation', 'Subscription'].includes(type.name)) note(type.name, type.description);
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value.description);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
    for (const field of fields) {
      note(`${type.name}.${field.name}`, field.description);
      if ('args' in field)
        for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg.description);
    }
  }
  expect(silent).toEqual([]);
});
