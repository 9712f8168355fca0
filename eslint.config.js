import eslint from '@eslint/js'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import globals from 'globals'
import { importX } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

/**
 * The house, top floor first. A file imports from its own folder and from the floors below, never from one above:
 * operations tell the story, what is below knows nothing of it. The picture in docs/architecture.md is made from this.
 */
export const FLOORS = [
  'action',
  'command-line',
  'fleet',
  'operations',
  'alerts',
  'drill',
  'report',
  'retention',
  'stores',
  'records',
  'verify',
  'restore',
  'sealing',
  'backup',
  'postgres',
  'config',
  'platform',
]

/** The entries, which may import everything; the other modules in `src/` itself may be used by every floor and import from none. */
const ENTRIES = ['src/index.ts', 'src/cli.ts']
const GROUND = ['src/*.ts']

/** Modules that reach outside, each with the only places that may import it. */
const OUTSIDE = [
  { module: '@actions/*', allowed: ['action', 'platform'], why: 'only action/ and platform/ speak to GitHub' },
  { module: 'pg', allowed: ['postgres'], why: 'only postgres/ opens connections' },
]

function restrictions(forbiddenFolders, folder, extraPaths = []) {
  return {
    patterns: [
      {
        group: forbiddenFolders.flatMap((name) => [`**/${name}/*`]),
        message: 'Imports run downward only (see CONTRIBUTING.md, "The house").',
      },
      ...OUTSIDE.filter(({ allowed }) => !allowed.includes(folder)).map(({ module, why }) => ({
        group: [module, `!${module}/`],
        message: why,
      })),
    ].filter(({ group }) => group.length > 0),
    paths: extraPaths,
  }
}

const CHILD_PROCESS = ['node:child_process', 'child_process'].map((name) => ({
  name,
  message: 'Only platform/process.ts starts processes.',
}))

/** Both make values of a text of any size: fifty times its memory, and a stack as deep as it is. */
export const UNBOUNDED_JSON = [
  "MemberExpression[object.name='JSON'][property.name='parse']",
  "MemberExpression[object.name='JSON'][property.value='parse']",
  "VariableDeclarator[init.name='JSON']",
  "CallExpression[callee.property.name='json']",
].map((selector) => ({ selector, message: 'What others may have written is bounded first: parseBoundedJson.' }))

const floors = FLOORS.map((folder, index) => ({
  files: [`src/${folder}/**/*.ts`],
  ignores: ['src/platform/process.ts'],
  rules: {
    'no-restricted-imports': ['error', restrictions(FLOORS.slice(0, index), folder, CHILD_PROCESS)],
  },
}))

export default tseslint.config(
  { ignores: ['dist/**', 'build/**', 'node_modules/**', 'demo-output/**', 'coverage/**', '.cache/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 14],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...floors,
  {
    files: ['src/**/*.ts'],
    ignores: ['src/bounded-json.ts'],
    rules: { 'no-restricted-syntax': ['error', ...UNBOUNDED_JSON] },
  },
  {
    files: GROUND,
    ignores: ENTRIES,
    rules: { 'no-restricted-imports': ['error', restrictions(FLOORS, 'ground', CHILD_PROCESS)] },
  },
  {
    files: ['__tests__/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: globals.node },
  },
)
