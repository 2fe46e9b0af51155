import { createHash } from 'node:crypto'
import { cleanText } from './hostile-text.ts'
import type { Person, Surface } from './person.ts'
import type { Request, RequestEvent, StepProgress } from './request.ts'

/** One event, as the audit stores it: of a request, or something that a person asked for or was refused. */
export interface AuditEntry {
  /** When it was written, ISO 8601. */
  readonly at: string
  /** Empty where it is no event of a request. */
  readonly request: string
  readonly event: string
  /** The state that it left the request in; empty where it is no event of one. */
  readonly state: string
  /** Who caused the event; absent for the bot itself. */
  readonly by?: { readonly key: string; readonly name: string }
  /** The chat from which it was done. */
  readonly surface?: Surface
  /** Digest of the plan that the event is about. */
  readonly digest?: string
  /** What else it is about: the id of a diagnosis or a watch, or what the button or command of somebody refused has named. */
  readonly record?: string
  /** What exactly, in a few words, e.g. the step. */
  readonly what?: string
  /** State of the step, for a step's event; entries of older versions have none. */
  readonly stepState?: StepProgress['state']
  /** The vendors' ids of the calls that changed something, or of the one that was refused. */
  readonly vendorRequestIds?: readonly string[]
}

/** The most vendors' ids of one event, and the most characters of each, that are stored. */
const mostIds = 40
const longestId = 64

/** The hash that precedes the first entry. */
export const genesis = '0'.repeat(64)

/** SHA-256 over the hash before and the entry's text, byte for byte as it is stored. */
export function hashOf(previous: string, text: string): string {
  return createHash('sha256').update(previous).update('\n').update(text).digest('hex')
}

/** The entry for an event. `created` is the event of a new request. */
export function entryOf(request: Request, event: RequestEvent | { readonly type: 'created' }, at: string): AuditEntry {
  const by = actorOf(request, event)
  const surface = surfaceOf(request, event)
  const digest = 'digest' in event ? event.digest : request.digest
  const what = detailOf(request, event)
  const vendorRequestIds = vendorIdsOf(event)
  return {
    at,
    request: request.id,
    event: event.type,
    state: request.state,
    ...(by !== undefined && { by: { key: by.key, name: by.name } }),
    ...(surface !== undefined && { surface }),
    ...(digest !== undefined && { digest }),
    ...(what !== undefined && { what }),
    ...(event.type === 'step' && { stepState: event.progress.state }),
    ...(vendorRequestIds.length > 0 && { vendorRequestIds }),
  }
}

function vendorIdsOf(event: RequestEvent | { readonly type: 'created' }): readonly string[] {
  const refused = 'outcome' in event ? event.outcome.problem?.vendorRequestId : undefined
  const ids = event.type === 'step' ? (event.vendorRequestIds ?? []) : refused === undefined ? [] : [refused]
  return ids.slice(0, mostIds).map((id) => cleanText(id, longestId))
}

function actorOf({ asked }: Request, event: RequestEvent | { readonly type: 'created' }): Person | undefined {
  if (event.type === 'created') return asked.by
  return 'by' in event ? event.by : undefined
}

function surfaceOf({ asked }: Request, event: RequestEvent | { readonly type: 'created' }): Surface | undefined {
  if (event.type === 'created') return asked.place.surface
  return 'surface' in event ? event.surface : undefined
}

function detailOf({ action, asked }: Request, event: RequestEvent | { readonly type: 'created' }): string | undefined {
  switch (event.type) {
    case 'created':
      return createdText(action, asked)
    case 'step':
      return `${event.id} ${event.progress.state}${event.progress.changed ? ' changed' : ''}`
    case 'list':
      return `${event.listing.ids.join(', ')} on ${event.listing.list}`
    case 'override':
      return event.reason
    case 'fail':
      return event.outcome.problem?.code
    case 'wait':
      return `behind ${event.behind}`
    case 'pause':
      return event.pause === undefined ? 'over' : `until ${event.pause.until}`
    default:
      return undefined
  }
}

/** `setup analytics-prod of acme, prod-westus3: BI moves into the VNet` */
function createdText(action: string, { services, network, reason }: Request['asked']): string {
  const named = services.map(({ service, organization }) =>
    organization === undefined ? service : `${service} of ${organization}`,
  )
  const what = [[action, ...named].join(' '), network].filter((part) => part !== '').join(', ')
  return reason === undefined ? what : `${what}: ${reason}`
}

/** Where a chain is broken. `position` counts from 1. */
export interface Break {
  readonly position: number
  readonly id: string
  readonly problem: string
}

/** An entry in the chain: `hash` covers its text and the hash before it. */
export interface StoredLink {
  /** The store's own id of the entry. */
  readonly id: string
  /** The entry as it is stored, and parsed. */
  readonly text: string
  readonly entry: AuditEntry
  readonly hash: string
  /** False when the stored entry has further fields, which no hash covers. */
  readonly isBare: boolean
}

/** The hash of an entry, and how many entries there are up to it. */
export interface ChainHead {
  readonly hash: string
  readonly count: number
}

interface Expectations {
  /** After which entry the chain begins; the first entry of all where absent. */
  readonly start?: ChainHead
  /** A hash that was once the newest. */
  readonly expected?: string
  /** Heads that somebody else has kept: each names an entry that the chain must have. */
  readonly kept?: readonly ChainHead[]
}

/**
 * Finds the first break of a chain. `add` takes its entries in order; `end` compares their number with how many were written. Without a kept head, removing
 * the newest entries and setting the stored number back goes unnoticed.
 */
export class ChainCheck {
  readonly #expected: string | undefined
  readonly #kept: ReadonlyMap<number, readonly ChainHead[]>
  readonly #longestKept: number
  readonly #start: number
  #met: boolean
  #previous: string
  #count: number
  #broken: Break | undefined

  constructor({ start = { hash: genesis, count: 0 }, expected, kept = [] }: Expectations = {}) {
    this.#expected = expected
    this.#met = start.hash === expected
    this.#kept = Map.groupBy(kept, ({ count }) => count)
    this.#longestKept = kept.reduce((longest, { count }) => Math.max(longest, count), 0)
    this.#previous = start.hash
    this.#start = start.count
    this.#count = start.count
    if (this.#isUnlike(start)) this.#broken = { position: start.count, id: 'archived', problem: unlike }
  }

  add({ id, text, hash, isBare }: StoredLink): void {
    this.#count += 1
    const problem = this.#problemOf(hash === hashOf(this.#previous, text), isBare, hash)
    if (problem !== undefined) this.#broken ??= { position: this.#count, id, problem }
    if (hash === this.#expected) this.#met = true
    this.#previous = hash
  }

  /** `count` is how many entries there must be. */
  end(count: number): Break | undefined {
    if (this.#broken !== undefined) return this.#broken
    const problem = this.#problemOfEnd(count)
    return problem === undefined ? undefined : { position: this.#count + 1, id: 'the end', problem }
  }

  /** The newest entry so far. */
  get head(): ChainHead {
    return { hash: this.#previous, count: this.#count }
  }

  #problemOf(follows: boolean, isBare: boolean, hash: string): string | undefined {
    if (!follows) return 'does not follow from the entry before it: this one was changed or moved, or one before it was removed'
    if (!isBare) return 'holds more than was written'
    return this.#isUnlike({ hash, count: this.#count }) ? unlike : undefined
  }

  #isUnlike({ hash, count }: ChainHead): boolean {
    return (this.#kept.get(count) ?? []).some((kept) => kept.hash !== hash)
  }

  #problemOfEnd(count: number): string | undefined {
    const missing = count - this.#count
    if (missing > 0) return `${missing} of the newest entries are missing`
    if (missing < 0)
      return `has ${this.#count} entries, and its writers counted ${count}: some were added by hand, or Redis was emptied after they were archived`
    const longest = this.#longestKept
    if (longest > count) return `has ${count} entries, and a kept head names entry ${longest}: the newest were removed`
    if (this.#expected === undefined || this.#met) return undefined
    const archived = this.#start === 0 ? '' : ', or it is archived in a file that was not named'
    return `does not hold the entry with the expected hash: the newest were removed, or all were written anew${archived}`
  }
}

const unlike = 'is not the one whose hash was kept: it, or one before it, was written anew'
