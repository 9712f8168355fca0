/** One project a kind of test; `scripts/test` runs all, `npm test -- --selectProjects unit` one. */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testEnvironment: 'node',
}

const project = (name, extra = {}) => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  ...extra,
})

export default {
  projects: [project('unit'), project('integration'), project('e2e')],
  // Many tests wait for servers and programs more than they compute.
  maxWorkers: 3,
  // None is a measurement: what takes longer than this has hung, however busy the machine is.
  testTimeout: 60_000,
}
