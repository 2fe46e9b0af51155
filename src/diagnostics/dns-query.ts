import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED, streamEncode } from 'dns-packet'
import type { DnsAnswer } from '../domain/diagnosis/evidence.ts'
import { type AddressType, answerFrom } from './dns-answer.ts'
import { elapsedSince } from './elapsed.ts'

export interface DnsServer {
  readonly address: string
  readonly port: number
}

/** How long one server may take, in milliseconds. Halfway through, the question is sent once more: UDP loses datagrams. */
export const serverTimeoutMs = 2_000

/** No answer, and why: the words stand where a response code would. */
class NoAnswer extends Error {
  readonly rcode: 'TIMEOUT' | 'UNREACHABLE' | 'MALFORMED'
  constructor(rcode: NoAnswer['rcode']) {
    super(rcode)
    this.rcode = rcode
  }
}

/**
 * Asks one server for a name's addresses, on the wire: Node's own resolver hides the response code, the SOA and the aliases. UDP from a random
 * port, TCP when the answer is cut short. Never rejects; an aborted query answers `TIMEOUT`.
 */
export async function queryDns(
  server: DnsServer,
  name: string,
  signal: AbortSignal,
  { type = 'A', timeoutMs = serverTimeoutMs }: { readonly type?: AddressType; readonly timeoutMs?: number } = {},
): Promise<DnsAnswer> {
  const startedAt = performance.now()
  const label = `${server.address}${server.port === 53 ? '' : `:${server.port}`}`
  const question: Question = { id: randomInt(65_536), name, type, deadline: startedAt + timeoutMs }
  try {
    const overUdp = await askByUdp(server, question, timeoutMs, signal)
    const packet = overUdp.flag_tc ? await askByTcp(server, question, signal) : overUdp
    return { server: label, ...answerFrom(packet, type), elapsedMs: elapsedSince(startedAt) }
  } catch (error) {
    const rcode = error instanceof NoAnswer ? error.rcode : 'UNREACHABLE'
    return { server: label, rcode, addresses: [], cnames: [], elapsedMs: elapsedSince(startedAt) }
  }
}

interface Question {
  readonly id: number
  readonly name: string
  readonly type: AddressType
  /** On the clock of `performance.now()`. */
  readonly deadline: number
}

function packetFor({ id, name, type }: Question): Packet {
  return { type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] }
}

/** Whether this datagram answers this question. Anything else is ignored: whoever guesses the port can send one. */
function answers(message: Buffer, { id, name, type }: Question): DecodedPacket | undefined {
  try {
    const packet = decode(message)
    const [asked] = packet.questions ?? []
    const matches = packet.id === id && packet.type === 'response' && asked?.type === type && sameName(asked.name, name)
    return matches ? packet : undefined
  } catch {
    return undefined
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase().replace(/\.$/, '')
}

function askByUdp(server: DnsServer, question: Question, timeoutMs: number, signal: AbortSignal): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>()
  const socket = createSocket('udp4')
  const query = encode(packetFor(question))
  const giveUp = () => reject(new NoAnswer('TIMEOUT'))
  const timers = [setTimeout(() => socket.send(query, () => {}), timeoutMs / 2), setTimeout(giveUp, timeoutMs)]
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  socket.on('error', reject)
  socket.on('message', (message) => {
    const packet = answers(message, question)
    if (packet !== undefined) resolve(packet)
  })
  // A connected socket hears only this server, and learns from ICMP that nobody listens there.
  socket.connect(server.port, server.address, (...[error]: unknown[]) => {
    if (error instanceof Error) reject(error)
    else socket.send(query, () => {})
  })
  return promise.finally(() => {
    for (const timer of timers) clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.close()
  })
}

function askByTcp(server: DnsServer, question: Question, signal: AbortSignal): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>()
  const socket = connect({ host: server.address, port: server.port })
  const giveUp = () => reject(new NoAnswer('TIMEOUT'))
  const timer = setTimeout(giveUp, Math.max(0, question.deadline - performance.now()))
  signal.addEventListener('abort', giveUp, { once: true })
  let received = Buffer.alloc(0)
  socket.on('connect', () => socket.write(streamEncode(packetFor(question))))
  socket.on('error', reject)
  socket.on('close', () => reject(new NoAnswer('MALFORMED')))
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const length = received.length < 2 ? undefined : received.readUInt16BE(0)
    if (length === undefined || received.length < length + 2) return
    const packet = answers(received.subarray(2, length + 2), question)
    if (packet === undefined) reject(new NoAnswer('MALFORMED'))
    else resolve(packet)
  })
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.destroy()
  })
}
