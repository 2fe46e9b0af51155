import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import type { Site, Undo } from './fault.ts'

/** Who listens at the endpoint's address in place of ClickHouse. */

const ports = [8443, 9440] as const
type Take = (socket: Socket) => void

/** Nobody at all. */
export function vacate({ endpoint, house: { sandbox } }: Site): () => void {
  endpoint.provisioningState = 'Updating'
  sandbox.world.changed()
  return () => {
    if (endpoint.provisioningState === 'Updating') endpoint.provisioningState = 'Succeeded'
    sandbox.world.changed()
  }
}

/** Takes what comes on these ports; whoever listens on the others is told by `others`. */
export async function serve(site: Site, take: Take, on: readonly number[] = ports): Promise<Undo> {
  const giveBack = vacate(site)
  const closing: (() => Promise<unknown>)[] = []
  const undo = async () => {
    await Promise.all(closing.map((close) => close()))
    giveBack()
  }
  try {
    for (const port of on) {
      const sockets = new Set<Socket>()
      const server = await bound(site.endpoint.address, port, (socket) => {
        sockets.add(socket)
        socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
        take(socket)
      })
      closing.push(async () => {
        for (const socket of sockets) socket.destroy()
        await new Promise((resolve) => server.close(resolve))
      })
    }
  } catch (error) {
    await undo()
    throw error
  }
  return undo
}

export function tlsTake(options: TlsOptions, speak: (socket: Socket) => void = () => undefined): Take {
  const tls = createTls(options, (socket) => {
    socket.on('error', () => socket.destroy())
    speak(socket)
  })
  tls.on('tlsClientError', () => undefined)
  return (socket) => void tls.emit('connection', socket)
}

/** HTTP inside verified TLS that answers every request with this. */
export async function httpTake({ host, house: { sandbox } }: Site, answer: string): Promise<Take> {
  const identity = await sandbox.authority.issue({ names: [host] })
  return tlsTake(identity, (socket) => socket.once('data', () => socket.end(answer)))
}

/** A port on which nobody accepts: its queue is full, so that every further SYN is dropped, as by a firewall. */
export async function deafen({ endpoint: { address } }: Site, port: number): Promise<Undo> {
  const script = `const s=require('net').createServer();const l=()=>s.listen({port:${port},host:'${address}',backlog:1},()=>{process.stdout.write('up');process.kill(process.pid,'SIGSTOP')});s.on('error',()=>setTimeout(l,50));l()`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  if (child.stdout !== null) await once(child.stdout, 'data')
  const sockets = Array.from({ length: 6 }, () => connect(port, address).on('error', () => undefined))
  await new Promise((resolve) => setTimeout(resolve, 100))
  return async () => {
    for (const socket of sockets) socket.destroy()
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

/** The network's own listener takes a moment to let go of the port. */
async function bound(address: string, port: number, take: Take): Promise<Server> {
  for (let attempt = 0; ; attempt++) {
    const server = createServer(take).listen(port, address)
    try {
      await once(server, 'listening')
      return server
    } catch (error) {
      if (attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
