import type { Socket } from 'node:net'
import { Redis } from 'ioredis'

/**
 * Of a socket, ioredis listens to the first error only (https://github.com/redis/ioredis/pull/962). A TLS socket can have two: Node says what OpenSSL found
 * without closing the socket (`_emitTLSError`), and a read or a write fails after it. The second would end the process.
 *
 * Changes ioredis for the whole process, because ioredis and BullMQ make connections of their own: for blocking commands, and in a cluster for each node and
 * for what these announce.
 */
const { connect } = Redis.prototype
const watched = new WeakSet<Redis>()

function watch(redis: Redis): void {
  if (watched.has(redis)) return
  watched.add(redis)
  redis.on('connect', () => {
    const socket: Socket = Reflect.get(redis, 'stream')
    socket.on('error', () => socket.destroy())
  })
}

Redis.prototype.connect = function (callback) {
  watch(this)
  return connect.call(this, callback)
}
