import { useLayoutEffect, useState } from 'preact/hooks'
import type { ChatName, Item, Parts, Update } from './shapes.ts'

/** What the page knows: what the server has told, and what the person who looks has chosen. */

interface State {
  readonly items: Map<string, Item>
  parts: Partial<Parts>
  isConnected: boolean
  readonly chosen: Chosen
  /** A word of the page itself. */
  notice: string
}

/** Kept by the browser, so that it survives a reload. */
interface Chosen {
  chat: ChatName
  person: string
  /** By chat: the name of a channel, `direct` or `home`. */
  place: Record<ChatName, string>
  /** Phone: which side is shown. */
  side: 'chat' | 'world'
  guide: 'on' | 'off'
}

const storageKey = 'privatelink-sandbox'
const first: Chosen = { chat: 'slack', person: 'alice', place: { slack: 'data', teams: 'data' }, side: 'chat', guide: 'on' }

export const state: State = { items: new Map(), parts: {}, isConnected: false, chosen: { ...first, ...kept() }, notice: '' }

const listeners = new Set<() => void>()

function kept(): Partial<Chosen> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}')
  } catch {
    return {}
  }
}

function changed(): void {
  for (const listener of listeners) listener()
}

export function choose(more: Partial<Chosen>): void {
  Object.assign(state.chosen, more)
  localStorage.setItem(storageKey, JSON.stringify(state.chosen))
  changed()
}

export function choosePlace(place: string): void {
  choose({ place: { ...state.chosen.place, [state.chosen.chat]: place } })
}

export function tell(notice: string): void {
  state.notice = notice
  changed()
}

/** Renders the caller again after every change. Listens before the first frame: the server may tell all that there is before it, and nothing for long after. */
export function useStore(): State {
  const [, again] = useState(0)
  useLayoutEffect(() => {
    const listener = () => again((count) => count + 1)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return state
}

export function connect(): void {
  const events = new EventSource('/api/events')
  events.onopen = () => {
    state.isConnected = true
    changed()
  }
  events.onerror = () => {
    state.isConnected = false
    changed()
  }
  events.onmessage = ({ data }) => {
    const { anew, items = [], parts = {} } = JSON.parse(data) as Update
    if (anew === true) {
      state.items.clear()
      state.parts = {}
    }
    for (const item of items) {
      if (item.isDeleted) state.items.delete(item.id)
      else state.items.set(item.id, item)
    }
    state.parts = { ...state.parts, ...parts }
    changed()
  }
}
