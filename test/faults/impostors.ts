import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import type { FaultWorld } from './fault-world.ts'

/** Who listens at the endpoint's address in place of ClickHouse. */

/** What a healthy service answers to `/ping`. */
export const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nOk.\n'

/** TLS at the endpoint's address, other than ClickHouse's. */
export async function serveTls(world: FaultWorld, options: TlsOptions): Promise<void> {
  const tls = createTls(options)
  tls.on('tlsClientError', () => undefined)
  await world.serve((socket) => void tls.emit('connection', socket))
}

export async function serveCertificate(
  world: FaultWorld,
  subject: { notBefore?: Date; notAfter?: Date; names?: string[] },
): Promise<void> {
  await serveTls(world, await world.authority.issue({ names: [world.host], ...subject }))
}

/** HTTP inside verified TLS that answers every request with this. */
export async function serveHttp(world: FaultWorld, answer: string): Promise<void> {
  const identity = await world.authority.issue({ names: [world.host] })
  const tls = createTls(identity, (socket) => socket.once('data', () => socket.end(answer)).on('error', () => undefined))
  await world.serve((socket) => void tls.emit('connection', socket))
}

/** A port on which nobody accepts: its queue is full, so that every further SYN is dropped. */
export async function deafPort(world: FaultWorld, port: number): Promise<void> {
  const script = `require('net').createServer().listen({port:${port},host:'${world.endpoint.address}',backlog:1},()=>{process.stdout.write('up');process.kill(process.pid,'SIGSTOP')})`
  world.endpoint.provisioningState = 'Updating'
  world.world.changed()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  world.defer(() => child.kill('SIGKILL'))
  if (child.stdout !== null) await once(child.stdout, 'data')
  for (let count = 0; count < 6; count += 1) {
    const socket = connect(port, world.endpoint.address)
    socket.on('error', () => undefined)
    world.defer(() => socket.destroy())
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}
