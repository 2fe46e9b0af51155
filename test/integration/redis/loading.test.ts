import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { startServer } from '../../redis-servers.ts'

let server: Awaited<ReturnType<typeof startServer>>
const connections: Connection[] = []
function connection(): Connection {
  const made = connect(server.url, { patient: true })
  made.on('error', () => undefined)
  connections.push(made)
  return made
}
beforeAll(async () => {
  server = await startServer({ 'enable-debug-command': 'yes', 'loading-process-events-interval-bytes': 1_024 })
})
afterAll(async () => {
  for (const each of connections) each.disconnect()
  await server.close()
})

test('a command that meets a server which reads its data is sent again when it has read them', async () => {
  const [control, client] = [connection(), connection()]
  for (let count = 0; count < 2_000; count++) void control.set(`key:${count}`, 'x'.repeat(1_000))
  await client.ping()
  await control.config('SET', 'key-load-delay', '500')
  const other = connection()
  await other.ping()
  const reloaded = control.call('DEBUG', 'RELOAD')
  reloaded.catch(() => undefined)
  await expect
    .poll(async () => String(await other.call('INFO', 'persistence').catch(String)), { interval: 5 })
    .toContain('loading:1')
  expect(await client.set('written', '1')).toBe('OK')
  await reloaded
  expect(await client.get('written')).toBe('1')
})
