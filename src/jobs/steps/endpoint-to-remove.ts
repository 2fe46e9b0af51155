import { endpointInPlace } from './endpoint-in-place.ts'
import { serving } from './endpoints.ts'
import type { Step } from './step.ts'

/** The endpoint that is to be taken away, in whatever state it is. Where there is none any more, what it has left behind still goes. */
export const endpointToRemove: Step = {
  ...endpointInPlace,

  async plan(context) {
    const { target, clouds, signal } = context
    const { endpoints: all } = await clouds.network.endpoints(target.network, signal)
    const [found] = serving(all, context)
    const endpoint = found && (await clouds.network.endpoint(found.id, signal))
    if (endpoint !== undefined) {
      const address = endpoint.address ?? 'no address'
      return { change: { kind: 'none' }, facts: { endpoint }, note: `${endpoint.name} · ${address}` }
    }
    return { change: { kind: 'none' }, facts: {}, note: 'not there' }
  },
}
