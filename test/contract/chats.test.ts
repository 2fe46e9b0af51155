import { afterAll, beforeAll } from 'vitest'
import { type RedisServer, startRedis } from '../../sandbox/redis.ts'
import { type Connection, connect } from '../../src/redis/connection.ts'
import { chatSurfaceContract } from './chat-surface.ts'
import { openSlackChat } from './slack-chat.ts'
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

chatSurfaceContract('Slack', (handlers) => openSlackChat(redis, handlers))
chatSurfaceContract('Teams', (handlers) => openTeamsChat(redis, handlers))
