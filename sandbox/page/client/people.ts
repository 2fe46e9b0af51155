import type { Parts, Place } from './shapes.ts'
import { state } from './state.ts'

/** The place that is shown: of a direct message, that of the person who looks. */
export function placeShown(parts: Partial<Parts>): Place | undefined {
  const { chat, person, place } = state.chosen
  const places = (parts.places ?? []).filter((each) => each.chat === chat)
  const wanted = place[chat]
  if (wanted === 'direct' || wanted === 'home') return places.find((each) => each.person === person)
  return places.find((each) => each.name === wanted && each.person === undefined) ?? places[0]
}

export function titled(name: string): string {
  return name === 'privatelink' ? name : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
}
