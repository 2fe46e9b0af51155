import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startHttpServer } from '../../../src/http/server.ts'

/** Whoever opens connections and sends nothing takes a bounded part of the process. */

test('connections beyond the limit are closed at once; those before go on being answered', async () => {
  const server = await startHttpServer(
    { host: '127.0.0.1', port: 0 },
    { 'GET /x': (_request, response) => void response.end('x') },
  )
  const sockets: Socket[] = []
  const open = async (): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    sockets.push(socket)
    return socket
  }
  const first = await open()
  for (let count = 1; count < 256; count++) await open()
  const beyond = await open()
  await once(beyond, 'close')
  first.write('GET /x HTTP/1.1\r\nhost: x\r\n\r\n')
  const [answer] = await once(first, 'data')
  expect(String(answer)).toContain('200 OK')
  for (const socket of sockets) socket.destroy()
  await server.close()
})
