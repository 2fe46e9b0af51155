import type { PrivateZone, RecordSet } from '../world.ts'

/** `sets` holds the record sets of the type asked for; `alias` is a CNAME to go on from. */
export type ZoneAnswer =
  | { readonly kind: 'records'; readonly set: RecordSet }
  | { readonly kind: 'alias'; readonly set: RecordSet; readonly target: string }
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' }

const apex = '@'

/**
 * What a zone says of a name in it (RFC 1034 §4.3.2, RFC 4592). A wildcard answers only for names that do not exist: a record of another type at
 * the name, or below it, hides the wildcard.
 * @param name absolute, in lower case, without the last dot
 * @param type in upper case
 */
export function lookUp(zone: PrivateZone, name: string, type: string): ZoneAnswer {
  const origin = zone.name.toLowerCase()
  const relative = name === origin ? apex : name.slice(0, -origin.length - 1)
  const sets = setsFor(zone, relative)
  if (!sets) return { kind: 'no-name' }
  const asked = sets.find((set) => set.type.toUpperCase() === type)
  if (asked && asked.addresses.length > 0) return { kind: 'records', set: asked }
  const alias = sets.find((set) => set.type.toUpperCase() === 'CNAME')
  const target = alias?.addresses[0]
  if (alias && target !== undefined) return { kind: 'alias', set: alias, target }
  return { kind: 'no-data' }
}

/** The record sets at the name, or at the wildcard that stands for it; undefined when the name does not exist. */
function setsFor(zone: PrivateZone, relative: string): RecordSet[] | undefined {
  if (exists(zone, relative)) return at(zone, relative)
  let encloser = relative
  do encloser = parent(encloser)
  while (!exists(zone, encloser))
  const wildcard = at(zone, encloser === apex ? '*' : `*.${encloser}`)
  return wildcard.length > 0 ? wildcard : undefined
}

/** A name exists when it has records, or when a name below it has. The apex always does. */
function exists(zone: PrivateZone, relative: string): boolean {
  if (relative === apex) return true
  return [...zone.records.values()].some(({ name }) => {
    const other = name.toLowerCase()
    return other === relative || other.endsWith(`.${relative}`)
  })
}

function at(zone: PrivateZone, relative: string): RecordSet[] {
  return [...zone.records.values()].filter(({ name }) => name.toLowerCase() === relative)
}

function parent(relative: string): string {
  const dot = relative.indexOf('.')
  return dot === -1 ? apex : relative.slice(dot + 1)
}
