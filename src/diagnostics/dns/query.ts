import { randomInt } from 'node:crypto'
import { createSocket, type SocketOptions } from 'node:dgram'
import { connect, isIPv4 } from 'node:net'
import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED, streamEncode } from 'dns-packet'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { type DnsServer, labelOf } from '../../domain/dns-server.ts'
import { elapsedSince } from '../elapsed.ts'
import { answerFrom, type RecordType } from './answer.ts'
import { withNamedScope } from './scope.ts'

/**
 * How long one server may take, in milliseconds: programs wait 5 s, and a verdict has to come within that. After half of it the question is sent once more, because a UDP datagram may be
 * lost.
 */
export const serverTimeoutMs = 3_300

/** Thrown when there is no usable answer. Evidence shows its message in place of a response code. */
class NoAnswer extends Error {
  readonly rcode: 'TIMEOUT' | 'UNREACHABLE' | 'MALFORMED'
  constructor(rcode: NoAnswer['rcode']) {
    super(rcode)
    this.rcode = rcode
  }
}

/**
 * Asks one server for a name's records by the DNS protocol, because Node's resolver hides the response code, the SOA and the aliases. Uses UDP from a
 * random port, and TCP when the answer is truncated. Never rejects; an aborted query returns the code `TIMEOUT`.
 */
export async function queryDns(
  server: DnsServer,
  name: string,
  signal: AbortSignal,
  { type = 'A', timeoutMs = serverTimeoutMs }: { readonly type?: RecordType; readonly timeoutMs?: number } = {},
): Promise<DnsAnswer> {
  const startedAt = performance.now()
  const label = labelOf(server)
  const question: Question = { id: randomInt(65_536), name, type, deadline: startedAt + timeoutMs }
  try {
    const overUdp = await askByUdp(server, question, timeoutMs, signal)
    const packet = overUdp === 'cut short' ? await askByTcp(server, question, signal) : overUdp
    return { server: label, ...answerFrom(packet, type), elapsedMs: elapsedSince(startedAt) }
  } catch (error) {
    const rcode = error instanceof NoAnswer ? error.rcode : 'UNREACHABLE'
    return { server: label, rcode, addresses: [], cnames: [], elapsedMs: elapsedSince(startedAt) }
  }
}

interface Question {
  readonly id: number
  readonly name: string
  readonly type: RecordType
  /** A time of `performance.now()`. */
  readonly deadline: number
}

function packetFor({ id, name, type }: Question): Packet {
  return { type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] }
}

/** Response codes with which a server may leave the question out of its answer: FORMERR, SERVFAIL, NOTIMP, REFUSED. */
const withoutQuestion: readonly number[] = [1, 2, 4, 5]

/**
 * Whether this message answers this query. Other messages are ignored, because anybody who guesses the port can send one. Nothing after the question is
 * read, because a truncated message may end in the middle of a record.
 */
function isAnswer(message: Buffer, query: Buffer): boolean {
  if (message.length < 12) return false
  const [id, flags, questions] = [message.readUInt16BE(0), message.readUInt16BE(2), message.readUInt16BE(4)]
  if (id !== query.readUInt16BE(0) || (flags & 0x8000) === 0) return false
  if (questions === 0) return withoutQuestion.includes(flags & 0x000f)
  // A server may change the case of letters. Lengths of labels, type and class are no letters, so lower case leaves them as they are.
  const asked = (bytes: Buffer) => bytes.toString('latin1', 12, query.length).toLowerCase()
  return questions === 1 && asked(message) === asked(query)
}

function isCutShort(message: Buffer): boolean {
  return (message.readUInt16BE(2) & 0x0200) !== 0
}

/** @throws NoAnswer for a message that is not valid DNS */
function decoded(message: Buffer): DecodedPacket {
  try {
    return decode(message)
  } catch {
    throw new NoAnswer('MALFORMED')
  }
}

/** A lookup that resolves nothing: the C library's would take the interface off an address such as `fe80::1%br_lan`. */
const asItIs: SocketOptions['lookup'] = (address, _options, callback) => callback(null, address, isIPv4(address) ? 4 : 6)

async function askByUdp(
  server: DnsServer,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<DecodedPacket | 'cut short'> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const address = withNamedScope(server.address)
  const socket = createSocket({ type: isIPv4(address) ? 'udp4' : 'udp6', lookup: asItIs })
  const query = encode(packetFor(question))
  const giveUp = () => reject(new NoAnswer('TIMEOUT'))
  let isClosed = false
  // An abort may close the socket just before it reports that it is connected.
  const send = () => isClosed || socket.send(query, () => {})
  const timers = [setTimeout(send, timeoutMs / 2), setTimeout(giveUp, timeoutMs)]
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  socket.on('error', reject)
  socket.on('message', (message) => {
    if (isAnswer(message, query)) resolve(message)
  })
  // A connected socket receives from this server only, and gets an error when ICMP says that its port is closed.
  socket.connect(server.port, address, (...[error]: unknown[]) => {
    if (error instanceof Error) reject(error)
    else send()
  })
  const message = await promise.finally(() => {
    for (const timer of timers) clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    isClosed = true
    socket.close()
  })
  return isCutShort(message) ? 'cut short' : decoded(message)
}

async function askByTcp(server: DnsServer, question: Question, signal: AbortSignal): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const query = encode(packetFor(question))
  const socket = connect({ host: withNamedScope(server.address), port: server.port })
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
    const message = received.subarray(2, length + 2)
    if (isAnswer(message, query)) resolve(message)
    else reject(new NoAnswer('MALFORMED'))
  })
  const message = await promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.destroy()
  })
  return decoded(message)
}
