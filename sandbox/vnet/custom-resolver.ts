import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, decode, encode } from 'dns-packet'

/** A DNS server of the company's own, to which its machines turn: it asks Azure for everything, until it is told to do otherwise. */
export interface CustomResolver {
  readonly address: string
  readonly port: number
  behave(behavior: ResolverBehavior): void
  close(): void
}

/**
 * `fromMemory`: the answer was learned now, so that its TTL falls. `isMeant`: other questions are forwarded. Codes are those of RFC 1035: 2 SERVFAIL,
 * 3 NXDOMAIN, 5 REFUSED.
 */
export type ResolverBehavior =
  | { readonly kind: 'forward' }
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'answer'
      readonly rcode?: number
      readonly answers?: readonly Answer[]
      readonly authorities?: readonly Answer[]
      readonly fromMemory?: boolean
      readonly isMeant?: (question: Question) => boolean
    }

/** The name is in small letters. */
export interface Question {
  readonly name: string
  readonly type: string
}

/** Over UDP. `upstream`: Azure DNS of the virtual network. */
export async function startCustomResolver(upstream: {
  readonly address: string
  readonly port: number
}): Promise<CustomResolver> {
  const address = '127.0.0.1'
  const socket = createSocket('udp4').bind(0, address)
  await once(socket, 'listening')
  let behavior: ResolverBehavior = { kind: 'forward' }
  let since = Date.now()
  socket.on('message', (message, peer) => {
    if (behavior.kind === 'silence') return
    if (behavior.kind === 'answer' && isMeant(message, behavior)) {
      const reply = answerTo(message, behavior, behavior.fromMemory === true ? Math.floor((Date.now() - since) / 1_000) : 0)
      if (reply !== undefined) socket.send(reply, peer.port, peer.address)
      return
    }
    const asking = createSocket('udp4')
    const tooLate = setTimeout(() => asking.close(), 3_000).unref()
    asking.on('error', () => undefined)
    asking.once('message', (reply) => {
      clearTimeout(tooLate)
      asking.close()
      socket.send(reply, peer.port, peer.address, () => undefined)
    })
    asking.unref()
    asking.send(message, upstream.port, upstream.address)
  })
  return {
    address,
    port: socket.address().port,
    behave(next) {
      behavior = next
      since = Date.now()
    },
    close: () => socket.close(),
  }
}

type Told = Extract<ResolverBehavior, { kind: 'answer' }>

function isMeant(message: Buffer, { isMeant: isOne = () => true }: Told): boolean {
  try {
    const [question] = decode(message).questions ?? []
    return question !== undefined && isOne({ name: question.name.toLowerCase(), type: question.type })
  } catch {
    return true
  }
}

/** `undefined` for what is no question. */
function answerTo(message: Buffer, { rcode = 0, answers = [], authorities = [] }: Told, age: number): Buffer | undefined {
  try {
    const { id, questions } = decode(message)
    const aged = (record: Answer): Answer =>
      'ttl' in record && record.ttl !== undefined ? { ...record, ttl: Math.max(0, record.ttl - age) } : record
    const asked = answers.filter(({ type }) => type === questions?.[0]?.type || type === 'CNAME')
    return encode({
      type: 'response',
      ...(id !== undefined && { id }),
      flags: rcode,
      ...(questions !== undefined && { questions }),
      answers: asked.map(aged),
      authorities: authorities.map(aged),
    })
  } catch {
    return undefined
  }
}
