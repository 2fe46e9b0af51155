import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Port } from '../../domain/diagnosis/evidence.ts'
import type { ProbeTarget } from '../check.ts'

/** The open connections of one probe: each check goes on where the one before it stopped, so a port is dialled once. */
export interface Connections {
  /** Hands a connection on, or closes it when the probe is over already. */
  keep(target: ProbeTarget, port: Port, connection: Connection): void
  /** The connection that the check before left, once. */
  take(target: ProbeTarget, port: Port): Connection | undefined
  close(target: ProbeTarget): void
}

export interface Connection {
  readonly tcp: Socket
  readonly tls?: TLSSocket
}

export function createConnections(): Connections {
  const open = new WeakMap<ProbeTarget, Map<Port, Connection>>()
  const over = new WeakSet<ProbeTarget>()
  return {
    keep(target, port, connection) {
      if (over.has(target)) return end(connection)
      const kept = open.get(target) ?? new Map<Port, Connection>()
      open.set(target, kept.set(port, connection))
    },
    take(target, port) {
      const kept = open.get(target)
      const connection = kept?.get(port)
      kept?.delete(port)
      return connection
    },
    close(target) {
      over.add(target)
      for (const connection of open.get(target)?.values() ?? []) end(connection)
      open.delete(target)
    },
  }
}

function end({ tcp, tls }: Connection): void {
  tls?.destroy()
  tcp.destroy()
}
