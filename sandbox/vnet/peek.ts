import type { Socket } from 'node:net'
import type { ClientHello } from './client-hello.ts'
import { parseClientHello } from './client-hello.ts'

/**
 * Reads the ClientHello, however many segments it comes in, and puts the bytes back for whoever takes the socket next. Undefined when the peer
 * went away, was silent for `silenceMs`, or sent something else.
 */
export function peekClientHello(socket: Socket, silenceMs: number): Promise<Extract<ClientHello, { kind: 'hello' }> | undefined> {
  const { promise, resolve } = Promise.withResolvers<Extract<ClientHello, { kind: 'hello' }> | undefined>()
  let bytes = Buffer.alloc(0)
  const finish = (hello: ClientHello | undefined) => {
    clearTimeout(timer)
    socket.off('data', onData).off('close', onClose)
    socket.pause()
    if (bytes.length > 0 && !socket.destroyed) socket.unshift(bytes)
    resolve(hello?.kind === 'hello' ? hello : undefined)
  }
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    const hello = parseClientHello(bytes)
    if (hello.kind !== 'incomplete') finish(hello)
  }
  const onClose = () => finish(undefined)
  const timer = setTimeout(() => finish(undefined), silenceMs)
  socket.on('data', onData).on('close', onClose)
  return promise
}
