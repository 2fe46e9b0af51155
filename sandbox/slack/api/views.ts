import type { JsonObject } from '../json.ts'
import { isObject, parseJson } from '../json.ts'
import { openView, publishHome, pushView, replaceView } from '../modals.ts'
import type { SlackView } from '../store.ts'
import { homeProblems, viewProblems } from '../validate/surface.ts'
import { ApiError } from './api-error.ts'
import type { Backend, Method } from './method.ts'
import { limit, required } from './method.ts'
import { wireView } from './wire-view.ts'

export const open: Method = (backend, args) => {
  const content = readView(args.view)
  limit(backend, 'views.open')
  const { user } = backend.tickets.exchange(required(args, 'trigger_id'))
  return answer(backend, openView(backend.store, user, content))
}

/** Only from inside a modal. */
export const push: Method = (backend, args) => {
  const content = readView(args.view)
  limit(backend, 'views.push')
  const { view } = backend.tickets.exchange(required(args, 'trigger_id'))
  if (!view?.open) throw new ApiError('not_found')
  if (depth(backend, view) >= 3) throw new ApiError('push_limit_reached')
  return answer(backend, pushView(backend.store, view, content))
}

/** With a `hash`, only while nobody else has changed the view. */
export const update: Method = (backend, args) => {
  const content = readView(args.view)
  limit(backend, 'views.update')
  const byExternalId = (view: SlackView) => args.external_id !== undefined && view.content.external_id === args.external_id
  const view = backend.store.views.find(
    (candidate) => candidate.open && (candidate.id === args.view_id || byExternalId(candidate)),
  )
  if (!view) throw new ApiError('not_found')
  if (args.hash !== undefined && args.hash !== view.hash) throw new ApiError('hash_conflict')
  replaceView(backend.store, view, content)
  return answer(backend, view)
}

/** The Home tab of one person. */
export const publish: Method = (backend, args) => {
  const content = readView(args.view, homeProblems)
  limit(backend, 'views.publish')
  const user = backend.directory.users.find(({ id }) => id === required(args, 'user_id'))
  if (!user) throw new ApiError('user_not_found')
  if (backend.directory.workspace.homeTab === false) throw new ApiError('not_enabled')
  const shown = backend.store.homes.find((home) => home.user === user.id)
  if (args.hash !== undefined && args.hash !== shown?.hash) throw new ApiError('hash_conflict')
  return answer(backend, publishHome(backend.store, user.id, content))
}

/** Above this many bytes of JSON Slack answers `view_too_large`. Source: https://docs.slack.dev/reference/methods/views.open */
const mostBytes = 250_000

/** Forms carry the view as a JSON string. */
export function readView(value: unknown, problemsIn = viewProblems): JsonObject {
  const view = typeof value === 'string' ? parseJson(value) : value
  if (Buffer.byteLength(JSON.stringify(view) ?? '') > mostBytes) throw new ApiError('view_too_large')
  const problems = problemsIn(view)
  if (problems.length > 0 || !isObject(view)) throw new ApiError('invalid_arguments', problems)
  return view
}

function depth({ store }: Backend, { rootId }: SlackView): number {
  return store.views.filter((view) => view.rootId === rootId && view.open).length
}

function answer(backend: Backend, view: SlackView): JsonObject {
  return { view: wireView(backend.directory.workspace, view) }
}
