import type { Port } from '../../domain/diagnosis/evidence.ts'
import type { Check } from '../check.ts'
import { dial, dialTimeoutMs } from '../connection/dial.ts'
import type { Connections } from '../connection/open-connections.ts'

/** Opens the connection that the TLS check of the same port uses next. Tests set `port` to dial another port than `name` says. */
export function tcpCheck<P extends Port>(name: P, connections: Connections, port: number = name): Check<`tcp:${P}`> {
  return {
    id: `tcp:${name}`,
    needs: ['address'],
    deadlineMs: dialTimeoutMs + 500,
    run(target, { address }) {
      const { dialled } = address ?? {}
      if (dialled === undefined) return undefined
      return async (signal) => {
        const { result, socket } = await dial(dialled, port, signal)
        if (socket !== undefined) connections.keep(target, name, { tcp: socket })
        return result
      }
    },
  }
}
