import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// One door to the outside: what leaves this system goes through schema/src/outbound, which vets addresses, resolves them
// itself and refuses to call while a transaction is open. A second door would have none of that.
const outward = ['http', 'http2', 'https', 'net', 'tls', 'dgram', 'dns', 'dns/promises'].flatMap((name) => [
  name,
  `node:${name}`,
]);
const oneDoorOut = [
  'error',
  {
    paths: ['undici', ...outward].map((name) => ({
      name,
      message: 'Calls to the outside go through the guarded client in schema/src/outbound.',
      allowTypeImports: true,
    })),
  },
];
const noFetch = [
  'error',
  ...['fetch', 'WebSocket', 'EventSource'].map((name) => ({
    name,
    message: 'Calls to the outside go through the guarded client in schema/src/outbound.',
  })),
];
const noEnvironment = [
  'error',
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Settings are read by schema/src/kernel/config.ts, which checks them all at once.',
  },
];

const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];
const readable = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/node_modules/',
    '.carillon/',
    'console/src/gql/',
    'console/src/locales/',
    'coverage/',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['test/tsconfig.json', 'console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // `!= null` asks for null and undefined at once, which GraphQL does not tell apart either.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A number or a flag in a message reads as what it is.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An empty environment variable, or an empty text of a form, counts as none: `||` says so.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // `() => void stop()` and `() => (done = true)` are how a callback says that its value is not wanted.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // An empty function says that nothing is to be done.
      '@typescript-eslint/no-empty-function': 'off',
      // `[...text]` is how to get at code points, and what resolvers return are plain objects of a class's shape.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['{schema,worker,server}/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': oneDoorOut,
      'no-restricted-globals': noFetch,
      'no-restricted-syntax': noEnvironment,
    },
  },
  // The door itself.
  {
    files: ['schema/src/outbound/**'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off', 'no-restricted-globals': 'off' },
  },
  // Who listens needs the same modules as who calls.
  { files: ['server/src/{http,cli}/**'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  // The launcher asks our own server whether it is ready, and makes the environment of the others.
  { files: ['server/src/cli/**'], rules: { 'no-restricted-globals': 'off', 'no-restricted-syntax': 'off' } },
  // A process hands its environment to config.ts, and asks who started it.
  {
    files: ['{server,worker}/src/main.ts', 'schema/src/kernel/{config,parent-watch}.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['server/src/**/*.ts'],
    // GraphQL's resolvers and types are classes of decorated members, sometimes with nothing else in them.
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Those of types without behaviour say a shape: whatever has it will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  { files: ['console/src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat['recommended-latest']] },
  {
    files: ['**/*.test.{ts,tsx}', 'test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      // `expect(spy.method)` and a row's `!` are the plainest way to say what a test is about.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: readable('process', 'console', 'module', 'URL', 'performance', ...timers) },
  },
  {
    files: ['console/public/**/*.js'],
    languageOptions: { sourceType: 'script', globals: readable('document', 'localStorage', 'matchMedia', ...timers) },
    rules: { 'no-unused-vars': ['error', { caughtErrors: 'none' }] },
  },
);
