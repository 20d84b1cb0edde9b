import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)
// Without it vitest loads a second copy of graphql for the packages that require it.
const alias = [{ find: /^graphql$/, replacement: require.resolve('graphql/index.js') }]

export default defineConfig({
  test: {
    // Vitest leaves one core free; most of a test's time here is waiting for a process or the database.
    maxWorkers: 2,
    projects: [
      /** Reads the tree only: part of `npm run check`. */
      { resolve: { alias }, test: { name: 'check', include: ['test/check/**/*.test.ts'] } },
      /** Decisions and adapters: no database. */
      {
        resolve: { alias },
        test: { name: 'pure', isolate: false, include: ['test/{rules,platforms,config}/**/*.test.ts'] },
      },
      /** Everything on a real PostgreSQL, and on Redis where there is one. */
      {
        resolve: { alias },
        test: {
          name: 'chain',
          // A third of the time went into loading the same modules for each file; none keeps a state that another would see.
          isolate: false,
          include: ['test/{db,flow,workers,schema,api,cli}/**/*.test.ts'],
          globalSetup: 'test/support/servers.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
