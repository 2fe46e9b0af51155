import { wireMessage } from '../api/chat.ts'
import { wireView } from '../api/wire-view.ts'
import type { User } from '../directory.ts'
import { stateValues } from '../inputs.ts'
import type { JsonObject } from '../json.ts'
import { objectsOf } from '../json.ts'
import type { Ephemeral, SlackMessage, SlackView } from '../store.ts'
import type { Exchange } from './deliver.ts'
import type { Desk, Options } from './person.ts'
import { interaction, sendPayload } from './person.ts'

/** Anything on the screen that can be clicked. */
export type Clickable = SlackMessage | Ephemeral | SlackView

export function blocksOf(place: Clickable): readonly JsonObject[] {
  return place.kind === 'view' ? objectsOf(place.content, 'blocks') : place.blocks
}

/** Throws when this person could not act here: people only see their own ephemeral messages and modals, and nobody sees a deleted message. */
export function assertVisible(place: Clickable, user: User): void {
  if (place.kind === 'view' && !place.open) throw new Error('this modal is closed')
  if (place.kind !== 'view' && place.deleted) throw new Error('this message is deleted')
  if (place.kind !== 'message' && place.user !== user.id) throw new Error(`${user.name} does not see this ${place.kind}`)
}

/** Sends `block_actions` for one action. */
export async function act(desk: Desk, user: User, place: Clickable, action: JsonObject, options: Options): Promise<Exchange> {
  const { backend } = desk
  const payload = {
    type: 'block_actions',
    ...interaction(desk, user, options),
    trigger_id: backend.tickets.trigger(user.id, place.kind === 'view' ? place : undefined),
    ...(place.kind === 'view' ? inView(desk, place) : inMessage(desk, user, place)),
    actions: [{ ...action, action_ts: (backend.store.now() / 1000).toFixed(6) }],
  }
  return sendPayload(desk, `a click on ${String(action.action_id)}`, user, payload, options)
}

function inView({ backend: { directory } }: Desk, view: SlackView): JsonObject {
  return { container: { type: 'view', view_id: view.id }, view: wireView(directory.workspace, view) }
}

/** Slack leaves the message itself out when it is ephemeral. */
function inMessage({ backend }: Desk, user: User, message: SlackMessage | Ephemeral): JsonObject {
  const { directory, tickets, origin } = backend
  const { channel, ts } = message
  const path = tickets.lend(directory.workspace.teamId, { user: user.id, channel, original: message })
  return {
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: message.kind === 'ephemeral' },
    channel: { id: channel, name: directory.channel(channel)?.name ?? channel },
    ...(message.kind === 'message' && { message: wireMessage(backend, message) }),
    state: { values: stateValues(message.blocks) },
    response_url: `${origin()}${path}`,
  }
}
