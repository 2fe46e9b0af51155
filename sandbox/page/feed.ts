import type { ServerResponse } from 'node:http'
import { networks } from '../estate.ts'
import type { Item, Parts, Update } from './client/shapes.ts'
import { type MarkedItem, slackItems, teamsItems } from './items.ts'
import type { Ledger } from './ledger-reader.ts'
import { liveParts } from './parts.ts'
import type { Stage } from './stage.ts'
import { auditLine, pictures, requestLine, verdictsOf } from './written.ts'

/** Server-sent events: whoever follows gets everything once, and afterwards what has changed. */
export interface Feed {
  follow(response: ServerResponse): void
  /** Something has happened: look now. */
  wake(): void
  /** The sandbox goes away; until `restart` nothing is sent. */
  pause(): void
  restart(): void
  close(): void
}

/** How often the sandbox is looked at, and what is written down in Redis read. */
const [lookEveryMs, readEveryMs] = [150, 300]

/** How much of a connection that does not read is kept for it, in bytes. */
const mostUnread = 8_000_000

class Follower {
  readonly #response: ServerResponse
  #marks = new Map<string, string>()
  #parts = new Map<string, string>()
  #isAnew = true

  constructor(response: ServerResponse) {
    this.#response = response
  }

  anew(): void {
    this.#marks = new Map()
    this.#parts = new Map()
    this.#isAnew = true
  }

  send(items: readonly MarkedItem[], parts: ReadonlyMap<string, string>): void {
    if (this.#response.writableLength > mostUnread) return
    const changedItems: Item[] = []
    for (const { id, mark, item } of items) {
      if (this.#marks.get(id) === mark) continue
      this.#marks.set(id, mark)
      changedItems.push(item())
    }
    const changed = [...parts].filter(([name, text]) => this.#parts.get(name) !== text)
    for (const [name, text] of changed) this.#parts.set(name, text)
    if (changedItems.length === 0 && changed.length === 0) return
    const update: Update = {
      ...(this.#isAnew && { anew: true }),
      ...(changedItems.length > 0 && { items: changedItems }),
    }
    this.#isAnew = false
    const head = JSON.stringify(update).slice(0, -1)
    const body = changed.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')
    this.#response.write(`data: ${head}${head === '{' ? '' : ','}"parts":{${body}}}\n\n`)
  }
}

export function createFeed(stage: () => Stage): Feed {
  const followers = new Set<Follower>()
  let isPaused = false
  let ledger: Ledger | undefined
  let readAt = 0
  let reading = false

  async function read(): Promise<void> {
    if (reading || performance.now() - readAt < readEveryMs) return
    reading = true
    const of = stage()
    const found = await of.ledger.read()
    reading = false
    readAt = performance.now()
    if (of !== stage()) return
    ledger = found
    for (const diagnosis of found?.diagnoses ?? []) {
      const verdict = verdictsOf(diagnosis)
      if (verdict !== undefined) of.faults.diagnosed(verdict.codes, Date.parse(verdict.at))
    }
  }

  function look(): void {
    if (isPaused) return
    void read()
    if (followers.size === 0) return
    const now = stage()
    const { slack, teams, world } = now.house.sandbox
    const items = [...slackItems(slack), ...(teams === undefined ? [] : teamsItems(teams))]
    const live = liveParts(now)
    const { surprise } = live.faults
    const isHidden = surprise !== undefined && surprise.key === undefined
    const parts: Parts = {
      ...live,
      picture: isHidden ? null : pictures(world, networks.prodWestus3.name, ledger?.diagnoses ?? []),
      requests: (ledger?.requests ?? []).map(requestLine),
      audit: (ledger?.audit ?? []).map(auditLine),
      isRedisThere: ledger !== undefined,
    }
    const texts = new Map(Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]))
    for (const follower of followers) follower.send(items, texts)
  }

  const timer = setInterval(look, lookEveryMs)
  return {
    follow(response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('retry: 500\n\n')
      const follower = new Follower(response)
      followers.add(follower)
      response.once('close', () => followers.delete(follower))
      look()
    },
    wake: look,
    pause() {
      isPaused = true
    },
    restart() {
      ledger = undefined
      isPaused = false
      for (const follower of followers) follower.anew()
    },
    close: () => clearInterval(timer),
  }
}
