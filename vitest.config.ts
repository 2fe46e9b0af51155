import { defineConfig } from 'vitest/config'

/** Unit tests are pure; the lab is a network of its own (Linux, root); integration tests talk to sandbox peers and a real Redis; e2e tests run the real processes. */
export default defineConfig({
  test: {
    // Most tests wait for sockets and limits more than they compute.
    maxWorkers: 5,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      { test: { name: 'lab', include: ['test/lab/**/*.test.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
