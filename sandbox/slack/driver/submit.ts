import { ApiError } from '../api/api-error.ts'
import { readView } from '../api/views.ts'
import { wireView } from '../api/wire-view.ts'
import type { User } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import { isObject, objectOf, objectsOf, parseJson, stringOf } from '../json.ts'
import { clearViews, closeView, pushView, replaceView } from '../modals.ts'
import type { SlackView } from '../store.ts'
import { assertVisible } from './action.ts'
import type { Exchange } from './deliver.ts'
import { assertComplete, enter, findInput } from './fill.ts'
import type { Desk, Options } from './person.ts'
import { interaction, person, sendPayload } from './person.ts'
import type { Entry } from './pick.ts'
import { type SearchedEntry, searched } from './suggest.ts'

export interface Submission extends Exchange {
  /** What became of the modal; `failed` means that Slack told the person to try again. */
  readonly outcome: 'closed' | 'errors' | 'updated' | 'pushed' | 'cleared' | 'failed'
  /** By block_id, where the outcome is `errors`. */
  readonly errors: Readonly<Record<string, string>>
  /** The view on top afterwards, where the outcome is `updated` or `pushed`. */
  readonly view?: SlackView
}

/** Fills in and sends a modal. `values` by label or action_id; what is not named keeps what it holds. */
export async function submit(
  desk: Desk,
  who: string,
  view: SlackView,
  values: Readonly<Record<string, Entry | SearchedEntry>>,
  options: Options = {},
): Promise<Submission> {
  const user = person(desk, who)
  const { directory, tickets, store } = desk.backend
  assertVisible(view, user)
  if (view.content.submit === undefined) throw new Error('this modal has nothing to submit')
  for (const [name, chosen] of Object.entries(values)) {
    const { input, entry } = await searched(desk, who, view, findInput(view.content.blocks, name), chosen, options)
    enter(view, input, entry, directory)
  }
  assertComplete(view)
  store.changed()
  const payload = {
    type: 'view_submission',
    ...interaction(desk, user, options),
    trigger_id: tickets.trigger(user.id, view),
    view: wireView(directory.workspace, view),
    response_urls: [],
  }
  const exchange = await sendPayload(
    desk,
    `submitting ${stringOf(view.content, 'callback_id') ?? view.id}`,
    user,
    payload,
    options,
  )
  if (exchange.error || options.forge) return { ...exchange, outcome: 'failed', errors: {} }
  return { ...exchange, errors: {}, ...follow(desk, user, view, exchange.body) }
}

type Outcome = Pick<Submission, 'outcome'> & Partial<Pick<Submission, 'errors' | 'view'>>

/** Does what the app's answer says. */
function follow(desk: Desk, user: User, view: SlackView, body: string): Outcome {
  const { store } = desk.backend
  const answer = body.trim() === '' ? {} : parseJson(body)
  try {
    if (!isObject(answer)) throw new ApiError('invalid_response')
    return obey(desk, view, answer)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    store.fail(user.id, `submitting ${view.id}`, [error.code, ...error.problems].join(' '))
    return { outcome: 'failed' }
  }
}

function obey({ backend: { store } }: Desk, view: SlackView, answer: JsonObject): Outcome {
  switch (answer.response_action) {
    case undefined:
      closeView(store, view)
      return { outcome: 'closed' }
    case 'clear':
      clearViews(store, view)
      return { outcome: 'cleared' }
    case 'update':
      replaceView(store, view, readView(answer.view))
      return { outcome: 'updated', view }
    case 'push':
      return { outcome: 'pushed', view: pushView(store, view, readView(answer.view)) }
    case 'errors': {
      view.errors = readErrors(view, answer)
      store.changed()
      return { outcome: 'errors', errors: view.errors }
    }
    default:
      throw new ApiError('invalid_response_action')
  }
}

/** Each under the block_id of an input of this view: Slack has no other place to show it. */
function readErrors(view: SlackView, answer: JsonObject): Record<string, string> {
  const errors = Object.entries(objectOf(answer, 'errors') ?? {})
  const inputs = new Set(objectsOf(view.content, 'blocks').flatMap((block) => (block.type === 'input' ? [block.block_id] : [])))
  const wrong = errors.filter(([blockId, text]) => !inputs.has(blockId) || typeof text !== 'string' || text === '')
  if (errors.length === 0 || wrong.length > 0)
    throw new ApiError(
      'invalid_response_errors',
      wrong.map(([blockId]) => blockId),
    )
  return Object.fromEntries(errors.map(([blockId, text]) => [blockId, String(text)]))
}

/** Closes a modal without sending it; only an app that asked for `notify_on_close` hears of it. */
export async function closeModal(desk: Desk, who: string, view: SlackView, options: Options = {}): Promise<Exchange | undefined> {
  const user = person(desk, who)
  assertVisible(view, user)
  const { store, directory } = desk.backend
  if (view.content.clear_on_close === true) clearViews(store, view)
  else closeView(store, view)
  if (view.content.notify_on_close !== true) return undefined
  const payload = {
    type: 'view_closed',
    ...interaction(desk, user, options),
    view: wireView(directory.workspace, view),
    is_cleared: false,
  }
  return sendPayload(desk, `closing ${view.id}`, user, payload, options)
}
