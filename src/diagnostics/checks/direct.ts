import { setTimeout as delay } from 'node:timers/promises'
import type { SecureContext } from 'node:tls'
import type { Port } from '../../domain/diagnosis/evidence.ts'
import type { Bounds } from '../bounds.ts'
import type { Check } from '../check.ts'
import { dial } from '../connection/dial.ts'
import { shakeHands } from '../connection/handshake.ts'

/** How long this check waits for the name to resolve to the endpoint's address, in milliseconds. When it does, the usual checks cover that address. */
const headStartMs = 200

/**
 * Checks TCP and TLS at the endpoint's own address when the name does not lead there, which tells "only DNS is wrong" from "nothing works". Does not wait
 * for a resolver that hangs. Tests set `port` to dial another port than `name` says.
 */
export function directCheck<P extends Port>(
  name: P,
  trust: SecureContext,
  bounds: Bounds,
  port: number = name,
): Check<`direct:${P}`> {
  return {
    id: `direct:${name}`,
    needs: [],
    deadlineMs: 4_700,
    run({ host, expectedAddress }, soFar) {
      if (expectedAddress === undefined || !bounds.permitsAddress(expectedAddress, name)) return undefined
      return async (signal) => {
        const until = performance.now() + headStartMs
        while (soFar.address === undefined && performance.now() < until && !signal.aborted) await delay(5)
        if (soFar.address?.dialled === expectedAddress) return undefined
        const { result: tcp, socket } = await dial(expectedAddress, port, signal)
        if (socket === undefined) return { tcp }
        const { result, tls } = await shakeHands(socket, { address: expectedAddress, port, host, trust }, signal)
        tls?.destroy()
        socket.destroy()
        return { tcp, tls: result }
      }
    },
  }
}
