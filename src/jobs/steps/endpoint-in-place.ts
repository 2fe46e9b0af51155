import { TerminalError } from '../../domain/errors.ts'
import { endpointName } from '../../domain/resource-names.ts'
import { chosen } from './chosen-endpoint.ts'
import { endpointsNow, factsOf, isFinished } from './endpoints.ts'
import type { Step } from './step.ts'

/** Finds the endpoint that the other steps need, and never changes it. Throws a `TerminalError` (`endpoint-absent`) when there is none. */
export const endpointInPlace: Step = {
  id: 'private-endpoint',
  title: 'private endpoint',
  resource: ({ services: [{ service }], network }) => endpointName(service, network),
  needs: [],

  async plan(context) {
    const { network } = context.target
    const { endpoints, partial } = await endpointsNow(context)
    const endpoint = await chosen(endpoints, context)
    if (endpoint !== undefined && isFinished(endpoint))
      return {
        change: { kind: 'none' },
        facts: { endpoint },
        note: `${endpoint.name} · ${endpoint.address}`,
        seen: { endpoint: factsOf(endpoint) },
      }
    const names = context.target.services.map(({ service }) => service.name).join(' ')
    const bounds = partial ? ' Only the configured resource groups could be searched.' : ''
    throw new TerminalError('endpoint-absent', `${network.name} has no live private endpoint for ${names}.${bounds}`, {
      remedy: `Run setup ${names} in ${network.name} first.`,
    })
  },

  async apply() {},
}
