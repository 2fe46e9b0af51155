import type { EndpointDetail, EndpointSummary } from '../../azure/network.ts'
import { TerminalError } from '../../domain/errors.ts'
import { isOurs } from '../../domain/ownership.ts'
import { until } from '../retry.ts'
import { isDead } from './endpoints.ts'
import type { Step } from './step.ts'

/** Waits until the endpoint's connection is Approved, which follows from the allow list. `Succeeded` alone does not mean connected. */
export const connection: Step = {
  id: 'connection',
  title: 'connection approved',
  resource: ({ network }) => network.name,
  needs: ['allow-list'],
  waits: true,

  async plan({ clouds, facts, signal }) {
    const { endpoint, stateAhead } = facts
    // What was asked for ahead serves one look.
    delete facts.stateAhead
    const now = (await stateAhead) ?? (endpoint && (await clouds.network.endpointState(endpoint.id, signal)))
    if (endpoint !== undefined && now?.connection === 'Approved')
      return { change: { kind: 'none' }, facts: { endpoint: { ...endpoint, ...now } } }
    const before = now?.connection ?? 'Pending'
    return { change: { kind: 'update', fields: [{ name: 'connection', before, after: 'Approved' }] }, facts: {} }
  },

  async apply({ clouds, facts, maker, signal }) {
    const { endpoint } = facts
    if (endpoint === undefined) return
    let last: EndpointSummary = endpoint
    const observe = async (): Promise<EndpointSummary | 'deleted' | undefined> => {
      const now = await clouds.network.endpointState(endpoint.id, signal)
      if (now === undefined) return 'deleted'
      last = now
      // Any other state may still become Approved: Azure documents a free string.
      return now.connection === 'Approved' || isDead(now) ? now : undefined
    }
    const ended = await until(observe, { everyMs: 3_000, withinMs: 5 * 60_000, share: 0.25 }, signal)
    if (ended === 'deleted') throw notApproved(`The endpoint ${endpoint.name} is gone: somebody has deleted it.`, runSetupAgain)
    if (ended === undefined) throw notApproved(`After 5 minutes ${connectionText(last)}.`, waitFirst)
    if (isDead(ended))
      throw notApproved(
        `The connection of ${ended.name} is ${ended.connection}.`,
        isOurs(ended.tags, maker) ? runSetupAgain : askItsOwner,
      )
    facts.stateAhead = Promise.resolve(ended)
  },
}

const runSetupAgain = 'Run setup again: it makes the endpoint anew.'
const askItsOwner =
  'Such a connection cannot be approved any more, and this bot did not make the endpoint. Ask its owner to delete it, then run setup again.'
const waitFirst =
  'The endpoint is on the allow list, so ClickHouse Cloud should approve it. Wait, then run setup again; if it stays so, ask ClickHouse support.'

/** The connection's state in a clause; Azure may report none. */
export function connectionText({ name, connection }: Pick<EndpointDetail, 'name' | 'connection'>): string {
  return connection === '' ? `Azure reports no state of the connection of ${name}` : `the connection of ${name} is ${connection}`
}

function notApproved(message: string, remedy: string): TerminalError {
  return new TerminalError('connection-not-approved', message, { remedy })
}
