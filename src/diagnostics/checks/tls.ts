import type { SecureContext } from 'node:tls'
import type { Port } from '../../domain/diagnosis/evidence.ts'
import type { Check } from '../check.ts'
import { shakeHands } from '../connection/handshake.ts'
import type { Connections } from '../connection/open-connections.ts'

/** Runs the TLS handshake on the connection that the TCP check opened. Tests set `port` to dial another port than `name` says. */
export function tlsCheck<P extends Port>(
  name: P,
  trust: SecureContext,
  connections: Connections,
  port: number = name,
): Check<`tls:${P}`> {
  return {
    id: `tls:${name}`,
    needs: ['address', `tcp:${name}`],
    deadlineMs: 3_500,
    run(target, { address }) {
      const { tcp } = connections.take(target, name) ?? {}
      const { dialled } = address ?? {}
      if (tcp === undefined || dialled === undefined) return undefined
      return async (signal) => {
        const { result, tls } = await shakeHands(tcp, { address: dialled, port, host: target.host, trust }, signal)
        if (tls !== undefined) connections.keep(target, name, { tcp, tls })
        return result
      }
    },
  }
}
