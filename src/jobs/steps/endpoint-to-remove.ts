import { TerminalError } from '../../domain/errors.ts'
import { endpointInPlace } from './endpoint-in-place.ts'
import { endpointsNow, factsOf, seeingAll, serving } from './endpoints.ts'
import type { Step, StepContext } from './step.ts'

/** Finds the endpoint to remove, in whatever state it is. Where it is deleted already, the other steps still remove what belonged to it. */
export const endpointToRemove: Step = {
  ...endpointInPlace,

  async plan(context) {
    const { endpoints: all, partial } = await endpointsNow(context)
    const [endpoint] = serving(all, context)
    if (endpoint !== undefined) {
      const address = endpoint.address ?? 'no address'
      const note = `${endpoint.name} · ${address}`
      return { change: { kind: 'none' }, facts: { endpoint }, note, seen: { endpoint: factsOf(endpoint) } }
    }
    if (partial && !(await isKnownGone(context))) throw notSeen(context)
    return { change: { kind: 'none' }, facts: {}, note: 'not there' }
  },
}

/** Whether the approved plan named the endpoint, and it is read by its id to be there no more: this request has deleted it, or somebody else. */
async function isKnownGone({ approved, clouds, signal }: StepContext): Promise<boolean> {
  const id = approved?.site?.endpoint
  if (id === undefined) return false
  try {
    return (await clouds.network.endpoint(id, signal)) === undefined
  } catch (error) {
    if (error instanceof TerminalError && error.code === 'ResourceGroupNotFound') return true
    throw error
  }
}

/** An endpoint that could not be looked for everywhere may still be there, and all that is left may belong to it. */
function notSeen({ target: { network } }: StepContext): TerminalError {
  return new TerminalError(
    'endpoint-not-seen',
    `No private endpoint of ${network.name} was found, but only the configured resource groups could be searched: it may lie in another one. Nothing was removed.`,
    { remedy: `${seeingAll}, then run the command again.` },
  )
}
