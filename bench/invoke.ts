import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { teams as tenant } from '../sandbox/estate.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import type { TeamsDriver } from '../sandbox/teams/driver/driver.ts'
import { newRequest } from '../src/domain/request.ts'
import { connect } from '../src/redis/connection.ts'
import { redisLedger } from '../src/redis/ledger.ts'
import { type Bench, median, milliseconds, type Row, ratio } from './bench.ts'

const warmUp = 1_000
const rounds = 5_000

/** A click that is refused: it is authenticated, checked for a replay, and judged from the ledger. */
export const invokeBench: Bench = {
  name: 'invoke',
  about: 'the acknowledgement of a click in Teams beside a bot that only answers a sentence, in turns',
  async run(): Promise<readonly Row[]> {
    const sandbox = await startSandbox({ chats: ['teams'] })
    const { teams } = sandbox
    if (teams === undefined) throw new Error('The sandbox has no Teams.')
    await sandbox.start('bot')
    const bare = await startBareBot(sandbox)
    const click = await clickOf(sandbox)
    const ours = teams.driver(sandbox.botUrl)
    const theirs = teams.driver(`http://127.0.0.1:${bare.port}`)
    const times: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] }
    for (let round = -warmUp; round < rounds; round++) {
      const isFirst = round % 2 === 0
      const before = isFirst ? undefined : await timeOf(theirs, click)
      const own = await timeOf(ours, click)
      const other = before ?? (await timeOf(theirs, click))
      if (round < 0) continue
      times.ours.push(own)
      times.theirs.push(other)
    }
    bare.close()
    await sandbox.close()
    return [
      { what: 'the bot, median', value: milliseconds(median(times.ours)) },
      { what: 'a bare CloudAdapter, median', value: milliseconds(median(times.theirs)) },
      { what: 'the bot, p99', value: milliseconds(p99(times.ours)) },
      { what: 'a bare CloudAdapter, p99', value: milliseconds(p99(times.theirs)) },
      ratio('p99 of the bot / of the bare one', p99(times.ours) / p99(times.theirs), 1.25),
    ]
  },
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN
}

async function timeOf(driver: TeamsDriver, fields: Readonly<Record<string, unknown>>): Promise<number> {
  const { status, elapsedMs } = await driver.deliver('mallory', 'approvals', fields)
  if (status !== 200) throw new Error(`A click was answered with status ${status}.`)
  return elapsedMs
}

/** Of an approve button of a request that waits, on a message that everybody sees. */
async function clickOf({ redisUrl }: Sandbox): Promise<Readonly<Record<string, unknown>>> {
  const redis = connect(redisUrl, { patient: true })
  const id = 'PL-1'
  const by = { key: 'person:Alice Archer', name: 'Alice Archer', accounts: { teams: tenant.users.alice } }
  const place = { surface: 'teams', id: tenant.channels.data } as const
  const asked = { by, place, at: new Date().toISOString(), services: [{ service: 'analytics-prod' }], network: 'prod-westus3' }
  await redisLedger(redis).create(newRequest(id, asked))
  redis.disconnect()
  const data = { verb: 'approve', id, digest: 'd1', private: true }
  return {
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: '1',
    value: { trigger: 'manual', action: { type: 'Action.Execute', verb: 'approve', data } },
  }
}

async function startBareBot(sandbox: Sandbox): Promise<{ readonly port: number; close(): void }> {
  const child = spawn(process.execPath, ['bench/bare-bot.ts'], {
    env: { PATH: process.env.PATH ?? '', ...sandbox.environment('bot') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { port: Number(line), close: () => child.kill() }
}
