import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import { teamsKey } from './queues.ts'

/** How long somebody may take to accept a file, in seconds. */
const keptSeconds = 86_400

export interface OfferedFile {
  readonly name: string
  readonly content: Uint8Array
}

/** Files that wait until their receiver accepts them. */
export interface OfferedFiles {
  /** Returns the id by which that person may take it. */
  offer(person: string, file: OfferedFile): Promise<string>
  /** Nothing when it was offered to somebody else, or is not kept any more. */
  take(person: string, id: string): Promise<OfferedFile | undefined>
}

export function redisOfferedFiles(redis: Connection): OfferedFiles {
  const keyOf = (person: string, id: string) => teamsKey(`file:${person.toLowerCase()}:${id}`)
  return {
    async offer(person, { name, content }) {
      const id = randomUUID()
      const stored = JSON.stringify({ name, content: Buffer.from(content).toString('base64') })
      await redis.set(keyOf(person, id), stored, 'EX', keptSeconds)
      return id
    },
    async take(person, id) {
      const text = await redis.get(keyOf(person, id))
      if (text === null) return undefined
      const { name, content } = JSON.parse(text)
      return { name, content: Buffer.from(content, 'base64') }
    },
  }
}
