import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet'
import packets from 'dns-packet'
import type { Resolution } from './resolver.ts'

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }
const opcodeMask = 0x7800
/** What a client without EDNS takes over UDP. */
const plainUdpBytes = 512

export interface Reply {
  /** For TCP, whole. */
  readonly whole: Buffer
  /** For UDP: cut down to the question with TC set when the client said that it cannot take more. */
  readonly datagram: Buffer
}

/** The reply to one DNS message; undefined for what deserves none: garbage, and replies. */
export function reply(message: Buffer, resolve: (question: Question) => Resolution): Reply | undefined {
  const query = decode(message)
  if (!query || query.flag_qr) return undefined
  const edns = query.additionals?.find((record) => record.type === 'OPT')
  const packet = answerTo(query, resolve)
  const additionals: Answer[] = edns ? [optRecord] : []
  const whole = packets.encode({ ...packet, additionals })
  const room = Math.max(plainUdpBytes, edns?.type === 'OPT' ? edns.udpPayloadSize : 0)
  if (whole.length <= room) return { whole, datagram: whole }
  const cut = { ...packet, flags: (packet.flags ?? 0) | packets.TRUNCATED_RESPONSE, answers: [], authorities: [], additionals }
  return { whole, datagram: packets.encode(cut) }
}

function answerTo(query: DecodedPacket, resolve: (question: Question) => Resolution): Packet {
  const { questions = [] } = query
  const asked = (query.flags ?? 0) & (opcodeMask | packets.RECURSION_DESIRED)
  const base: Packet = { type: 'response', id: query.id, flags: asked | packets.RECURSION_AVAILABLE, questions }
  const refuse = (rcode: number): Packet => ({ ...base, flags: (base.flags ?? 0) | rcode })
  const question = questions[0]
  if (((query.flags ?? 0) & opcodeMask) !== 0) return refuse(rcodes.NOTIMP)
  if (!question || questions.length > 1) return refuse(rcodes.FORMERR)
  if (question.class !== undefined && question.class !== 'IN') return refuse(rcodes.REFUSED)
  const { rcode, authoritative, answers, authorities } = resolve(question)
  const flags = (base.flags ?? 0) | rcodes[rcode] | (authoritative ? packets.AUTHORITATIVE_ANSWER : 0)
  return { ...base, flags, answers: [...answers], authorities: [...authorities] }
}

const optRecord: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}

function decode(message: Buffer): DecodedPacket | undefined {
  try {
    return packets.decode(message)
  } catch {
    return undefined
  }
}
