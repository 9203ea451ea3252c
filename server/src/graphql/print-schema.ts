import { writeFileSync } from 'node:fs';
import { schemaText } from './schema-text.js';

// `node print-schema.js [file]`: the contract, to standard output or into a file.
const path = process.argv[2];
if (path === undefined) process.stdout.write(schemaText());
else writeFileSync(path, schemaText());
