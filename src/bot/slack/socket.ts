import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../log.ts'

/** Time limits of a connection, in milliseconds. */
export interface SocketPace {
  /** For asking Slack for an address, opening the socket and hearing Slack's hello. */
  readonly connectWithinMs: number
  /** Between two attempts: the first wait, doubled each time, up to the longest. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}

const usualPace: SocketPace = { connectWithinMs: 8_000, firstWaitMs: 500, longestWaitMs: 5_000 }

/** How long a socket that is given up may take to close, in milliseconds. */
const closeWithinMs = 1_000

/** What the keeper needs of `SocketModeClient`, made without its own reconnection: that one waits for ever, and ends in an unhandled rejection. */
export interface SocketClient {
  start(): Promise<unknown>
  disconnect(): Promise<void>
  on(event: 'connected' | 'disconnected', listener: () => void): unknown
}

export interface SocketKeeper {
  /** Resolves when the socket is open for the first time. Rejects when Slack refuses the app token. */
  open(): Promise<void>
  isConnected(): boolean
  close(): Promise<void>
}

/** Slack's words for a token that no further attempt makes right. https://docs.slack.dev/reference/methods/apps.connections.open */
const refusals: ReadonlySet<unknown> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'not_allowed_token_type',
])

/** Keeps a web socket to Slack open: each attempt has an end, and the next one follows within seconds. */
export function keepSocket(client: SocketClient, log: Log, pace: SocketPace = usualPace): SocketKeeper {
  const closing = new AbortController()
  let connected = false
  let isConnecting = false

  const attempt = async (): Promise<void> => {
    const late = new AbortController()
    try {
      const over = sleep(pace.connectWithinMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`Slack did not open a connection within ${pace.connectWithinMs} ms.`)
      })
      const started = client.start()
      // The loser of the race may fail later.
      for (const each of [over, started]) each.catch(() => undefined)
      await Promise.race([started, over])
      connected = true
    } catch (error) {
      await Promise.race([client.disconnect().catch(() => undefined), sleep(closeWithinMs)])
      throw error
    } finally {
      late.abort()
    }
  }
  const connect = async (isFirst: boolean): Promise<void> => {
    if (isConnecting || closing.signal.aborted) return
    isConnecting = true
    try {
      for (let waitMs = pace.firstWaitMs; !closing.signal.aborted; waitMs = Math.min(2 * waitMs, pace.longestWaitMs)) {
        try {
          return await attempt()
        } catch (error) {
          const isRefused = refusals.has(Reflect.get(Object(Reflect.get(Object(error), 'data')), 'error'))
          if (isRefused && isFirst) throw error
          if (isRefused) log.error({ err: error }, 'Slack refuses the app token, so no requests come: check SLACK_APP_TOKEN')
          else log.warn({ err: error }, 'the socket to Slack was not opened, and is tried again')
          await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined)
        }
      }
    } finally {
      isConnecting = false
    }
  }
  client.on('connected', () => {
    connected = true
  })
  client.on('disconnected', () => {
    connected = false
    if (!isConnecting) void connect(false)
  })
  return {
    open: async () => await connect(true),
    isConnected: () => connected,
    async close() {
      closing.abort()
      await Promise.race([client.disconnect().catch(() => undefined), sleep(closeWithinMs)])
    },
  }
}
