import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../sandbox/sandbox.ts'
import type { Bench, Row } from './bench.ts'
import { residentMiB } from './usage.ts'

/** How long after "ready" a process is at rest, in milliseconds. */
const restMs = 20_000
const longestStartMs = 1_500
/** In MiB. */
const most = { bot: 110, jobs: 130, diagnostics: 90 } as const

/** The bot serves Slack alone. */
export const restBench: Bench = {
  name: 'rest',
  about: 'start of each process to "ready", and its memory 20 s later',
  async run() {
    const sandbox = await startSandbox({ chats: ['slack'] })
    try {
      const rows: Row[] = []
      for (const name of ['bot', 'jobs', 'diagnostics'] as const) {
        // The first start fills Node's compile cache.
        await (await sandbox.start(name)).close()
        const startedAt = performance.now()
        const running = await sandbox.start(name)
        const startMs = performance.now() - startedAt
        await sleep(restMs)
        const memory = residentMiB(running.pid)
        rows.push(
          {
            what: `${name}: to "ready"`,
            value: `${(startMs / 1_000).toFixed(2)} s`,
            goal: { text: `at most ${longestStartMs / 1_000} s`, met: startMs <= longestStartMs },
          },
          {
            what: `${name}: memory at rest`,
            value: `${memory.toFixed(0)} MiB`,
            goal: { text: `at most ${most[name]} MiB`, met: memory <= most[name] },
          },
        )
      }
      return rows
    } finally {
      await sandbox.close()
    }
  },
}
