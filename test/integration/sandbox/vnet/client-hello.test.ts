import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { parseClientHello } from '../../../../sandbox/vnet/client-hello.ts'

let withName: Buffer
let withoutName: Buffer

/** The bytes that Node's own TLS client sends first. */
async function realHello(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, servername })
  client.on('error', () => undefined)
  const [socket] = await once(server, 'connection')
  let bytes = Buffer.alloc(0)
  do bytes = Buffer.concat([bytes, (await once(socket, 'data'))[0]])
  while (parseClientHello(bytes).kind === 'incomplete')
  socket.destroy()
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
  return bytes
}

beforeAll(async () => {
  withName = await realHello('Q7K3.westus3.privatelink.azure.clickhouse.cloud')
  withoutName = await realHello('')
})

test('the server name is read from a real hello, in lower case', () => {
  expect(parseClientHello(withName)).toEqual({ kind: 'hello', serverName: 'q7k3.westus3.privatelink.azure.clickhouse.cloud' })
  expect(parseClientHello(withoutName)).toEqual({ kind: 'hello' })
})

test('every prefix is incomplete, and what follows the hello does not matter', () => {
  for (let length = 0; length < withName.length; length++) {
    expect(parseClientHello(withName.subarray(0, length)).kind, `${length} bytes`).toBe('incomplete')
  }
  expect(parseClientHello(Buffer.concat([withName, Buffer.from('more')]))).toMatchObject({ kind: 'hello' })
})

test('a hello spread over several records is put together', () => {
  const message = withName.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += 100) {
    const fragment = message.subarray(at, at + 100)
    records.push(Buffer.from([22, 3, 1, 0, fragment.length]), fragment)
  }
  const bytes = Buffer.concat(records)
  expect(parseClientHello(bytes)).toEqual(parseClientHello(withName))
  expect(parseClientHello(bytes.subarray(0, 300))).toEqual({ kind: 'incomplete' })
})

test.each([
  ['an HTTP request', Buffer.from('GET /ping HTTP/1.1\r\n\r\n')],
  ['an alert record', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
  ['SSL 2', Buffer.from([22, 2, 0, 0, 1, 1])],
  ['a ServerHello', Buffer.from([22, 3, 3, 0, 4, 2, 0, 0, 0])],
  ['an empty record', Buffer.from([22, 3, 3, 0, 0])],
  ['a record that is too long', Buffer.from([22, 3, 3, 255, 255])],
  ['a hello that is too long', Buffer.from([22, 3, 3, 1, 0, 1, 255, 255, 255])],
  ['an empty hello', Buffer.from([22, 3, 3, 0, 4, 1, 0, 0, 0])],
])('%s is invalid', (_name, bytes) => {
  expect(parseClientHello(bytes)).toEqual({ kind: 'invalid', reason: expect.any(String) })
})

test('a length that points after the message is invalid, whichever byte lies', () => {
  const kinds = new Set<string>()
  for (let at = 0; at < withName.length; at++) {
    const broken = Buffer.from(withName)
    broken[at] = 0xff
    kinds.add(parseClientHello(broken).kind)
  }
  expect([...kinds].sort()).toEqual(['hello', 'incomplete', 'invalid'])
})
