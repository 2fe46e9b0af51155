import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { World } from '../world.ts'
import type { Backend } from './api/method.ts'
import type { Workspace } from './directory.ts'
import { Directory } from './directory.ts'
import type { SlackDriver } from './driver/driver.ts'
import { createDriver } from './driver/driver.ts'
import { topView } from './modals.ts'
import type { Rate } from './rates.ts'
import { RateLimits } from './rates.ts'
import { renderShown } from './render.ts'
import { createSlackServer } from './server.ts'
import { Connections } from './socket/connections.ts'
import type { Ephemeral, Failure, SlackFile, SlackMessage, SlackView, UrlResponse } from './store.ts'
import { Store } from './store.ts'
import { Tickets } from './tickets.ts'
import type { Until } from './until.ts'
import { waiter } from './until.ts'

export interface SlackOptions extends Workspace {
  /** Milliseconds since the epoch: for limits, timestamps and signatures. */
  readonly now?: () => number
  /** By method; the rest keep Slack's rates. */
  readonly rates?: Readonly<Record<string, Rate>>
}

export interface SlackSandbox {
  /** For `SLACK_API_URL`; ends in `/api/`. */
  readonly url: string
  readonly directory: Directory
  /** All of them, deleted ones included, oldest first. */
  readonly messages: readonly SlackMessage[]
  readonly ephemerals: readonly Ephemeral[]
  readonly views: readonly SlackView[]
  readonly homes: readonly SlackView[]
  /** What Slack showed people instead of an answer. */
  readonly failures: readonly Failure[]
  readonly responses: readonly UrlResponse[]
  readonly files: readonly SlackFile[]
  /** Waits for something to be seen. */
  readonly until: Until
  /** The people at the other end. `requestUrl` is the bot's, e.g. `http://127.0.0.1:3000/slack/events`; without one they speak over Socket Mode. */
  driver(requestUrl?: string): SlackDriver
  /** The sockets of Socket Mode. */
  readonly connections: Connections
  /** The modal that this person sees now. */
  topView(user: string): SlackView | undefined
  /** A message of a person, which the bot may not change. */
  say(user: string, channel: string, text: string): SlackMessage
  /** As a person reads it, with names instead of ids. */
  render(shown: SlackMessage | Ephemeral | SlackView, width?: number): string
  close(): Promise<void>
}

export async function startSlack(world: World, options: SlackOptions): Promise<SlackSandbox> {
  const now = options.now ?? Date.now
  const directory = new Directory(options)
  const store = new Store(now)
  const tickets = new Tickets(now)
  let origin = ''
  const connections = new Connections(options.appId)
  const limits = new RateLimits(now, options.rates)
  const backend: Backend = { directory, store, tickets, limits, connections, origin: () => origin }
  const server = createSlackServer(world, backend)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const render = (shown: SlackMessage | Ephemeral | SlackView, width?: number) =>
    renderShown(shown, { nameOf: (id) => directory.nameOf(id), now: now(), ...(width !== undefined && { width }) })
  const until = waiter(store, render)
  const { messages, ephemerals, views, homes, failures, responses, files } = store
  return {
    url: `${origin}/api/`,
    directory,
    messages,
    ephemerals,
    views,
    homes,
    failures,
    responses,
    files,
    until,
    connections,
    driver: (requestUrl) => createDriver(backend, { requestUrl, until }),
    topView: (user) => topView(store, directory.user(user)?.id ?? user),
    say: (user, channel, text) =>
      store.post(
        { channel: directory.workspace.channels[channel] ?? channel, user: directory.user(user)?.id ?? user },
        { text, blocks: [], pings: [] },
      ),
    render,
    async close() {
      connections.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
