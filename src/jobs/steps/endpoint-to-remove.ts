import { endpointInPlace } from './endpoint-in-place.ts'
import { serving } from './endpoints.ts'
import type { Step } from './step.ts'

/** Finds the endpoint to remove, in whatever state it is. Where it is deleted already, the other steps still remove what belonged to it. */
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
