import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Port } from '../../domain/diagnosis/evidence.ts'
import type { ProbeTarget } from '../check.ts'

/** The open connections of each probe. A check takes the connection that the one before it opened, so each port is dialled once. */
export interface Connections {
  /** Keeps a connection for the next check, or closes it when the probe has ended already. */
  keep(target: ProbeTarget, port: Port, connection: Connection): void
  /** Removes and returns the connection that was kept for this port. */
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
