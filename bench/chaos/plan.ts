import type { Action, Ask, Chat, Fate } from './observed.ts'
import { type Random, randomOf } from './random.ts'

/** How large the day is. */
export interface Size {
  readonly seed: number
  readonly requests: number
  readonly networks: number
  /** How long trouble lasts, and people ask. */
  readonly seconds: number
  /** The furthest that a clock is off. What is delayed by one clock and taken by another is late by their difference. */
  readonly offMs?: number
}

export interface PlannedAsk extends Ask {
  /** Milliseconds after the start. */
  readonly atMs: number
}

/** A vendor answers badly for a while: `share` of its calls. */
export type Ailment =
  | 'arm-throttles'
  | 'arm-fails'
  | 'arm-is-busy'
  | 'arm-times-out'
  | 'clickhouse-throttles'
  | 'clickhouse-fails'
  | 'slack-refuses'
  | 'slack-loses-answers'
  | 'teams-refuses'
  | 'teams-loses-answers'

export type PlannedTrouble = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly slot: string; readonly downMs: number }
  | { readonly kind: 'redis-restarts' | 'redis-dies' | 'redis-hands-over' }
  | { readonly kind: 'lock'; readonly network: number; readonly level: 'CanNotDelete' | 'ReadOnly'; readonly forMs: number }
  | { readonly kind: 'ailment'; readonly ailment: Ailment; readonly forMs: number; readonly share: number }
)

export interface Plan extends Size {
  readonly asks: readonly PlannedAsk[]
  readonly troubles: readonly PlannedTrouble[]
  /** How far the clock of each process is off, in milliseconds, by slot. */
  readonly clocks: Readonly<Record<string, number>>
}

export const servicesOfNetwork = 3
const botSlots = ['bot-0', 'bot-1'] as const
const jobsSlots = ['jobs-0', 'jobs-1', 'jobs-2'] as const
/** One person may have 20 requests open, and a day has up to a thousand. */
export const askers = 40

/** The furthest that a clock is off in either direction, unless told: two differ by up to two minutes. Slack and Teams refuse more than five. */
const mostOffMs = 60_000

export function networkName(at: number): string {
  return `net-${String(at).padStart(2, '0')}`
}

/** Slack takes 50 updates of messages a minute, so that the first networks alone use both chats. Every five others have channels of their own in Teams. */
export const networksInSlack = 8
export function placeOf(network: number): number {
  return network < networksInSlack ? 0 : Math.floor(network / 5)
}

/** In every seventh network nobody decides, and requests expire. */
export function isLeft(network: number): boolean {
  return network % 7 === 6
}

export function serviceName(network: number, at: number): string {
  return `svc-${String(network).padStart(2, '0')}-${at}`
}

/** Pure: the same size gives the same plan. */
export function planOf(size: Size): Plan {
  const slots = [...botSlots, ...jobsSlots, ...Array.from({ length: size.networks }, (_, at) => networkName(at))]
  const { offMs = mostOffMs } = size
  const clock = randomOf(size.seed, 'clocks')
  return {
    ...size,
    asks: asksOf(size),
    troubles: troublesOf(size, slots),
    clocks: Object.fromEntries(slots.map((slot) => [slot, clock.between(-offMs, offMs)])),
  }
}

function asksOf({ seed, requests, networks, seconds }: Size): readonly PlannedAsk[] {
  const random = randomOf(seed, 'asks')
  const lastMs = seconds * 700
  return Array.from({ length: requests }, (_, at): PlannedAsk => {
    // First one setup in every network, so that the others find something.
    const network = at < networks ? at : random.between(0, networks - 1)
    const service = at < networks ? 0 : random.between(0, servicesOfNetwork - 1)
    const chat = random.one<Chat>(['slack', 'teams'])
    const isInSlack = network < networksInSlack
    return {
      tag: `ask ${at}`,
      action: at < networks ? 'setup' : random.one<Action>(['setup', 'setup', 'allow', 'allow', 'revoke', 'revoke', 'teardown']),
      service: serviceName(network, service),
      network: networkName(network),
      chat: isInSlack ? chat : 'teams',
      place: askingPlace(network),
      asker: `asker${random.between(0, askers - 1)}`,
      fate: isLeft(network) ? 'leave' : fateOf(random, at < networks),
      atMs: Math.floor((lastMs * at) / requests),
    }
  })
}

function askingPlace(network: number): string {
  const place = placeOf(network)
  return place === 0 ? 'data' : `data-${place}`
}

function fateOf(random: Random, isFirst: boolean): Fate {
  if (isFirst || random.chance(0.7)) return random.chance(0.25) ? 'approve-twice' : 'approve'
  return random.one<Fate>(['reject', 'cancel', 'cancel-late'])
}

function troublesOf({ seed, seconds, networks }: Size, slots: readonly string[]): readonly PlannedTrouble[] {
  const random = randomOf(seed, 'troubles')
  const troubles: PlannedTrouble[] = []
  const endMs = seconds * 1_000
  // One of the processes dies every few seconds, one of bot and jobs twice as often as one of diagnostics.
  for (let atMs = random.between(2_000, 6_000); atMs < endMs; atMs += random.between(3_000, 9_000)) {
    const [first = 'bot-0', ...more] = random.chance(0.7) ? slots.slice(0, 5) : slots.slice(5)
    troubles.push({ atMs, kind: 'kill', slot: random.one([first, ...more]), downMs: random.between(100, 3_000) })
  }
  for (let atMs = random.between(8_000, 15_000); atMs < endMs; atMs += random.between(15_000, 30_000))
    troubles.push({ atMs, kind: random.one(['redis-restarts', 'redis-dies', 'redis-hands-over']) })
  const locks = randomOf(seed, 'locks')
  for (let atMs = locks.between(5_000, 20_000); atMs < endMs; atMs += locks.between(20_000, 40_000)) {
    const level = locks.one(['CanNotDelete', 'ReadOnly'] as const)
    troubles.push({ atMs, kind: 'lock', network: locks.between(0, networks - 1), level, forMs: locks.between(2_000, 6_000) })
  }
  const ailments = [
    'arm-throttles',
    'arm-fails',
    'arm-is-busy',
    'arm-times-out',
    'clickhouse-throttles',
    'clickhouse-fails',
    'slack-refuses',
    'slack-loses-answers',
    'teams-refuses',
    'teams-loses-answers',
  ] as const
  for (const ailment of ailments)
    for (let atMs = random.between(1_000, 20_000); atMs < endMs; atMs += random.between(20_000, 40_000)) {
      const share = ailment.endsWith('loses-answers') ? 0.2 : 0.4
      troubles.push({ atMs, kind: 'ailment', ailment, forMs: random.between(2_000, 8_000), share })
    }
  return troubles.toSorted((one, other) => one.atMs - other.atMs)
}
