import { randomBytes } from 'node:crypto'
import type { JsonObject } from './json.ts'
import { objectsOf, stringOf } from './json.ts'
import type { SlackView, Store } from './store.ts'
import { elementsOf, withIds } from './validate/identity.ts'

/** Home tabs, and modals: a stack of views on one person's screen, the last open one on top. */

/** Everybody has one Home tab, which is never on top of anything. */
export function publishHome(store: Store, user: string, content: JsonObject): SlackView {
  const known = store.homes.find((home) => home.user === user)
  if (known !== undefined) {
    replaceView(store, known, content)
    return known
  }
  const home = made(store, user, content, undefined)
  store.homes.push(home)
  store.changed()
  return home
}

export function openView(store: Store, user: string, content: JsonObject): SlackView {
  for (const view of store.views) if (view.user === user) view.open = false
  return place(store, user, content, undefined)
}

/** On top of another; its root is the first of the stack. */
export function pushView(store: Store, below: SlackView, content: JsonObject): SlackView {
  return place(store, below.user, content, below)
}

/** The same view with new content. What a person already chose stays in inputs whose block_id and action_id stay. */
export function replaceView(store: Store, view: SlackView, content: JsonObject): void {
  view.content = complete(content)
  view.hash = newHash(store)
  view.errors = {}
  view.history.push({ content: view.content, at: store.now() })
  const blocks = objectsOf(view.content, 'blocks')
  for (const [blockId, actions] of view.state) {
    const block = blocks.find((candidate) => candidate.block_id === blockId)
    const kept = new Set(block ? elementsOf(block).map((element) => stringOf(element, 'action_id')) : [])
    for (const actionId of actions.keys()) if (!kept.has(actionId)) actions.delete(actionId)
    if (actions.size === 0) view.state.delete(blockId)
  }
  store.changed()
}

/** Closes this view; the one below it, if any, is on top again. */
export function closeView(store: Store, view: SlackView): void {
  view.open = false
  store.changed()
}

export function clearViews(store: Store, { rootId }: SlackView): void {
  for (const view of store.views) if (view.rootId === rootId) view.open = false
  store.changed()
}

/** The view that a person sees now. */
export function topView(store: Store, user: string): SlackView | undefined {
  return store.views.findLast((view) => view.user === user && view.open)
}

function place(store: Store, user: string, content: JsonObject, below: SlackView | undefined): SlackView {
  const view = made(store, user, content, below)
  store.views.push(view)
  store.changed()
  return view
}

function made(store: Store, user: string, content: JsonObject, below: SlackView | undefined): SlackView {
  const id = `V${randomBytes(5).toString('hex').toUpperCase()}`
  const completed = complete(content)
  return {
    kind: 'view',
    id,
    user,
    rootId: below?.rootId ?? id,
    previousId: below?.id,
    content: completed,
    hash: newHash(store),
    state: new Map(),
    errors: {},
    history: [{ content: completed, at: store.now() }],
    open: true,
  }
}

function complete(content: JsonObject): JsonObject {
  return { ...content, blocks: withIds(objectsOf(content, 'blocks')) }
}

function newHash(store: Store): string {
  return `${Math.floor(store.now() / 1000)}.${randomBytes(4).toString('hex')}`
}
