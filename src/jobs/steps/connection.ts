import { TerminalError } from '../../domain/errors.ts'
import { until } from '../patience.ts'
import type { Step } from '../step.ts'

/** Waits until the endpoint's connection is Approved, which follows from the allow list. `Succeeded` alone does not mean connected. */
export const connection: Step = {
  id: 'connection',
  title: 'connection approved',
  resource: ({ network }) => network.name,
  needs: ['allow-list'],
  waits: true,

  async plan({ clouds, facts, signal }) {
    const id = facts.endpoint?.id
    const endpoint = id === undefined ? undefined : await clouds.network.endpoint(id, signal)
    if (endpoint?.connection === 'Approved') return { change: { kind: 'none' }, facts: { endpoint } }
    const before = endpoint?.connection ?? 'Pending'
    return { change: { kind: 'update', fields: [{ name: 'connection', before, after: 'Approved' }] }, facts: {} }
  },

  async apply({ clouds, facts, signal }) {
    if (facts.endpoint === undefined) return
    const { id, name } = facts.endpoint
    const ended = await until(
      async () => {
        const now = (await clouds.network.endpoint(id, signal))?.connection ?? 'gone'
        return now === 'Pending' ? undefined : now
      },
      { everyMs: 3_000, withinMs: 5 * 60_000 },
      signal,
    )
    if (ended === 'Approved') return
    throw new TerminalError(
      'connection-not-approved',
      `The connection of ${name} is ${ended ?? 'still Pending after 5 minutes'}.`,
      {
        remedy:
          ended === undefined
            ? 'The endpoint is on the allow list, so ClickHouse Cloud should approve it. Wait, then run setup again; if it stays so, ask ClickHouse support.'
            : `Delete the endpoint ${name} in Azure, then run setup again: a connection that is ${ended} cannot be approved any more.`,
      },
    )
  },
}
