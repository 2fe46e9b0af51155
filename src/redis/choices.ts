import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { limitKey } from './queues.ts'

/** How long a form is remembered after a choice in it, in seconds. */
const rememberSeconds = 600

/** How long one update of a form may hold up the next one, in milliseconds: a process that died holds nothing longer. */
const aloneMs = 5_000

/** Choices in open forms, by the form's id, for all bot processes together: of two that follow each other the later one is shown. */
export interface Choices {
  /** Notes a choice; `at` orders those of one form. */
  note(form: string, at: number): Promise<void>
  /**
   * Shows what follows from this choice, unless a later one was noted: then nothing. One process at a time shows something in a form, so that an earlier
   * choice cannot overtake a later one on its way.
   */
  show(form: string, at: number, update: () => Promise<void>): Promise<void>
}

const keyOf = (form: string): string => `${limitKey('choices')}:${form}`

const noteLater = `
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
`

const release = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`

export function redisChoices(redis: Connection): Choices {
  const turnOf = async (form: string): Promise<string> => {
    const token = randomUUID()
    const until = performance.now() + aloneMs
    while ((await redis.set(`${keyOf(form)}:turn`, token, 'PX', aloneMs, 'NX')) === null && performance.now() < until)
      await sleep(20)
    return token
  }
  return {
    async note(form, at) {
      await redis.eval(noteLater, 1, keyOf(form), at, rememberSeconds)
    },
    async show(form, at, update) {
      const token = await turnOf(form)
      try {
        if (Number(await redis.get(keyOf(form))) <= at) await update()
      } finally {
        await redis.eval(release, 1, `${keyOf(form)}:turn`, token)
      }
    },
  }
}
