import packageFile from '../../package.json' with { type: 'json' }
import { type Checkup, type CheckupResult, fail, ok, warn } from '../domain/checkup.ts'
import type { Connection } from './connection.ts'
import { workersOf } from './presence.ts'

/** The diagnostics workers of one network, by their heartbeats. Without Redis there is nothing to say: that is Redis' finding. */
export function workersCheckup(redis: Connection, network: string): Checkup {
  return {
    group: 'diagnostics workers',
    name: `the diagnostics workers of ${network}`,
    async run() {
      const workers = await workersOf(redis, network).catch(() => undefined)
      return workers === undefined
        ? []
        : [
            ofWorkers(
              network,
              workers.map(({ version }) => version),
            ),
          ]
    },
  }
}

function ofWorkers(network: string, versions: readonly string[]): CheckupResult {
  const { version: own } = packageFile
  if (versions.length === 0)
    return fail(
      'worker-absent',
      `${network}: no diagnostics worker lives. A setup there would fail, and a diagnosis would see nothing from inside.`,
      `Whoever runs the worker in ${network}: start it with DIAGNOSTICS_NETWORK=${network} and its own user in REDIS_URL, and look at its log.`,
    )
  const others = [...new Set(versions.filter((version) => version !== own))]
  if (others.length > 0)
    return warn(
      'worker-other-version',
      `${network}: ${versions.length} live, with version ${others.join(', ')} instead of ${own}.`,
      `Whoever runs the worker in ${network}: upgrade it to ${own}.`,
    )
  return ok('workers', `${network}: ${versions.length} of version ${own} ${versions.length === 1 ? 'lives' : 'live'}`)
}
