import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net'
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import { onTestFinished } from 'vitest'
import type { Check, ProbeTarget, Work } from '../../../../src/diagnostics/check.ts'
import type { CheckId, EvidenceByCheck, NetworkEvidence } from '../../../../src/domain/diagnosis/evidence.ts'

export const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'

/** A loopback address that is probably nobody else's. */
export function loneAddress(): string {
  const octet = () => 20 + Math.floor(Math.random() * 200)
  return `127.${octet()}.${octet()}.4`
}

/** Does what one check has to do; `soFar` is what the checks before it saw. */
export async function lookBy<Id extends CheckId>(
  check: Check<Id>,
  target: ProbeTarget,
  soFar: NetworkEvidence,
): Promise<EvidenceByCheck[Id] | undefined> {
  const found: unknown = check.run(target, soFar)
  const look = (typeof found === 'function' ? found : async () => found) as Work<EvidenceByCheck[Id]>
  return await look(new AbortController().signal)
}

/** The same where there has to be something to look at. */
export async function runAlone<Id extends CheckId>(check: Check<Id>, soFar: NetworkEvidence = {}, expectedAddress?: string) {
  const result = await lookBy(check, { host, expectedAddress }, soFar)
  if (result === undefined) throw new Error(`${check.id} found nothing to look at`)
  return result
}

/** A TCP server that lives as long as the test. */
export async function serve(take: (socket: Socket) => void, address = '127.0.0.1', port = 0): Promise<number> {
  return await listen(createServer(take), address, port)
}

export async function listen(server: Server, address = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}))
  server.listen(port, address)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

export interface Reply {
  readonly rcode?: number
  readonly answers?: Answer[]
  readonly authorities?: Answer[]
  readonly truncated?: boolean
  readonly authoritative?: boolean
  /** Sent in place of a proper response. */
  readonly raw?: Buffer
}

export interface TestDns {
  readonly address: string
  readonly port: number
  readonly queries: DecodedPacket[]
  readonly ports: Set<number>
}

/** A DNS server over UDP, and over TCP where `overTcp` is given. Undefined in place of a reply is silence. */
export async function serveDns(
  reply: (query: DecodedPacket, nth: number) => Reply | readonly Reply[] | undefined,
  overTcp?: (query: DecodedPacket) => Reply,
  address = loneAddress(),
): Promise<TestDns> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const queries: DecodedPacket[] = []
  const ports = new Set<number>()
  socket.on('message', (message, from) => {
    const query = decode(message)
    ports.add(from.port)
    const replies = [reply(query, queries.push(query)) ?? []].flat()
    for (const each of replies) socket.send(each.raw ?? encode(responseTo(query, each)), from.port, from.address)
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const { port } = socket.address()
  if (overTcp !== undefined) {
    await serve(
      (client) =>
        client.once('data', (data) => {
          const query = decode(data.subarray(2))
          const bytes = streamEncode(responseTo(query, overTcp(query)))
          client.write(bytes.subarray(0, 5))
          setTimeout(() => client.end(bytes.subarray(5)), 20)
        }),
      address,
      port,
    )
  }
  return { address, port, queries, ports }
}

export function responseTo(
  query: DecodedPacket,
  { rcode = 0, answers = [], authorities = [], truncated = false, authoritative = false }: Reply,
) {
  return {
    type: 'response' as const,
    id: query.id,
    flags: rcode | (truncated ? TRUNCATED_RESPONSE : 0) | (authoritative ? AUTHORITATIVE_ANSWER : 0),
    questions: query.questions,
    answers,
    authorities,
  }
}

export const a = (data: string, ttl = 60, name = host): Answer => ({ type: 'A', name, ttl, data })
export const azureSoa: Answer = {
  type: 'SOA',
  name: 'westus3.privatelink.azure.clickhouse.cloud',
  ttl: 300,
  data: {
    mname: 'azureprivatedns.net',
    rname: 'azureprivatedns-host.microsoft.com',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 10,
  },
}
