import { afterAll, beforeAll } from 'vitest'
import { type RedisServer, startRedis } from '../../sandbox/redis.ts'
import { type Connection, connect } from '../../src/redis/connection.ts'
import { chatSurfaceContract } from './chat-surface.ts'
import { openTeamsChat } from './teams-chat.ts'

let server: RedisServer
let redis: Connection
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: false })
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

chatSurfaceContract('Teams', (handlers) => openTeamsChat(redis, handlers))
