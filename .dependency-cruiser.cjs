// The arrows of the house. Read them as sentences; a rule that is in the way is talked about before it is changed.

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other at run time are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An arrow between packages that leads nowhere would pass every rule below. (tsc sees to the rest.)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, path: '^@carillon/' },
    },
    {
      name: 'schema-stands-alone',
      comment: 'The model knows nobody who uses it.',
      severity: 'error',
      from: { path: '^schema/' },
      to: { path: '^(server|worker|console|test)/', pathNot: '^test/support/' },
    },
    {
      name: 'server-knows-the-model-only',
      comment: 'Server and worker meet in rows and in job contracts (schema/src/kernel/jobs.ts), never in code.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(worker|console|test)/', pathNot: '^test/support/' },
    },
    {
      name: 'worker-knows-the-model-only',
      comment: 'Server and worker meet in rows and in job contracts (schema/src/kernel/jobs.ts), never in code.',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^(server|console|test)/', pathNot: '^test/support/' },
    },
    {
      name: 'console-knows-the-contract-only',
      comment: 'What browsers run knows the API by schema.graphql, out of which its operations are typed.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(schema|server|worker|test)/', pathNot: '^(schema/schema\\.graphql$|test/support/)' },
    },
    {
      name: 'model-by-its-public-face',
      comment: "Server and worker use what schema/src/index.ts exports, not the model's insides.",
      severity: 'error',
      from: { path: '^(server|worker)/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^schema/(src|dist)/', pathNot: '^schema/(src|dist)/index\\.(ts|js|d\\.ts)$' },
    },
    {
      name: 'kernel-is-the-ground',
      comment: 'The kernel carries the features and knows none of them; deps.ts only lists what operations are given.',
      severity: 'error',
      from: { path: '^schema/src/kernel/', pathNot: '(\\.test\\.ts|/deps\\.ts)$' },
      to: { path: '^schema/src/', pathNot: '^schema/src/(kernel/|index\\.ts$)' },
    },
    {
      name: 'outbound-is-no-feature',
      comment: 'The way out serves every feature and knows none of them.',
      severity: 'error',
      from: { path: '^schema/src/outbound/', pathNot: '\\.test\\.ts$' },
      to: { path: '^schema/src/', pathNot: '^schema/src/(kernel|outbound)/' },
    },
    {
      name: 'server-features-side-by-side',
      comment:
        'A feature of the API uses the model and what carries the API, not another feature (but its types: a delivery ' +
        'shows its endpoint).',
      severity: 'error',
      from: { path: '^server/src/(?!(?:graphql|http|auth|live|cli)/)([^/]+)/' },
      to: {
        path: '^server/src/(?!(?:graphql|http|auth|live|cli)/)([^/]+)/',
        pathNot: ['^server/src/$1/', '/(types|rest-schema)\\.ts$', '\\.graphql\\.ts$'],
      },
    },
    {
      name: 'console-features-side-by-side',
      comment: 'A page uses ui/ and live/, not the insides of another page. The shell around them knows, and is known.',
      severity: 'error',
      from: { path: '^console/src/features/(?!shell/)([^/]+)/' },
      to: { path: '^console/src/features/(?!shell/)([^/]+)/', pathNot: '^console/src/features/$1/' },
    },
    {
      name: 'ui-is-no-feature',
      comment: 'The design system knows no page.',
      severity: 'error',
      from: { path: '^console/src/ui/' },
      to: { path: '^console/src/features/' },
    },
    {
      name: 'no-tests-in-the-house',
      comment: 'What runs does not import what tests.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|^test/)' },
      to: { path: '(\\.test\\.tsx?$|^test/)' },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that is used is declared where it is used.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|^test/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
