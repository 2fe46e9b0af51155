import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { JsonObject } from '../json.ts'
import { isObject, objectOf, parseJson, stringOf } from '../json.ts'
import { FrameReader, frameOf, opcodes } from './frames.ts'

/** How long Slack waits for an acknowledgement. */
const patienceMs = 3_000

const mostConnections = 10

/** Of the handshake: https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api'

/** What the app said to an envelope; `undefined` when nothing came in time. */
type Acknowledged = (payload: JsonObject | undefined) => void

/**
 * Socket Mode: the app opens web sockets by a url that works once, and what happens is sent over one of them, in an envelope that the app acknowledges.
 * Source: https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export class Connections {
  readonly #appId: string
  readonly #tickets = new Set<string>()
  readonly #sockets = new Set<Duplex>()
  readonly #unanswered = new Set<Duplex>()
  readonly #waiting = new Map<string, Acknowledged>()

  constructor(appId: string) {
    this.#appId = appId
  }

  /** The path of a new url. */
  open(): string {
    const ticket = randomBytes(16).toString('hex')
    this.#tickets.add(ticket)
    return `/link/?ticket=${ticket}`
  }

  /** Tests let upgrades go unanswered. */
  answersUpgrades = true

  upgrade(request: IncomingMessage, socket: Duplex): void {
    socket.on('error', () => undefined)
    if (!this.answersUpgrades) {
      this.#unanswered.add(socket)
      return
    }
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const key = request.headers['sec-websocket-key']
    if (!this.#tickets.delete(searchParams.get('ticket') ?? '') || key === undefined || this.#sockets.size >= mostConnections) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
      return
    }
    const accept = createHash('sha1').update(`${key}${magic}`).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    )
    this.#sockets.add(socket)
    const reader = new FrameReader()
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const { opcode, payload } of reader.push(chunk)) this.#heard(socket, opcode, payload)
      } catch {
        socket.destroy()
      }
    })
    socket.on('close', () => this.#sockets.delete(socket))
    const connections = { type: 'hello', num_connections: this.#sockets.size, connection_info: { app_id: this.#appId } }
    send(socket, connections)
  }

  /** Whether the app is there to be told. */
  get isConnected(): boolean {
    return this.#sockets.size > 0
  }

  /** Over the newest connection. Resolves with what the app acknowledged it with. */
  deliver(type: EnvelopeType, payload: JsonObject): Promise<JsonObject | undefined> {
    const socket = [...this.#sockets].at(-1)
    if (socket === undefined) return Promise.resolve(undefined)
    const id = randomUUID()
    const { promise, resolve } = Promise.withResolvers<JsonObject | undefined>()
    const timer = setTimeout(resolve, patienceMs, undefined)
    this.#waiting.set(id, resolve)
    send(socket, { type, envelope_id: id, payload, accepts_response_payload: type !== 'events_api' })
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(id)
    })
  }

  /** As Slack does every few hours: the app has to come back by a new url. */
  refresh(): void {
    for (const socket of this.#sockets) send(socket, { type: 'disconnect', reason: 'refresh_requested' })
  }

  close(): void {
    for (const socket of [...this.#sockets, ...this.#unanswered]) socket.destroy()
  }

  #heard(socket: Duplex, opcode: number, payload: Buffer): void {
    if (opcode === opcodes.ping) socket.write(frameOf(opcodes.pong, payload))
    else if (opcode === opcodes.close) {
      this.#sockets.delete(socket)
      socket.end(frameOf(opcodes.close, payload.subarray(0, 2)))
    } else if (opcode === opcodes.text) {
      const said = parseJson(payload.toString('utf8'))
      const id = isObject(said) ? stringOf(said, 'envelope_id') : undefined
      if (isObject(said) && id !== undefined) this.#waiting.get(id)?.(objectOf(said, 'payload') ?? {})
    }
  }
}

function send(socket: Duplex, message: object): void {
  socket.write(frameOf(opcodes.text, Buffer.from(JSON.stringify(message))))
}
