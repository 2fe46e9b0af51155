import { writeFileSync } from 'node:fs'
import type { Bench, Row } from '../bench.ts'
import { type Broken, check } from './check.ts'
import { uncertainNetworks } from './check-world.ts'
import { runDay } from './day.ts'
import { planOf, type Size } from './plan.ts'

/**
 * `npm run bench -- chaos`. `CHAOS_SEED` is the first seed, `CHAOS_SEEDS` how many follow each other. The whole is
 * `CHAOS_REQUESTS=1000 CHAOS_NETWORKS=50 CHAOS_SECONDS=7200`.
 */

const most = 12

export const chaosBench: Bench = {
  name: 'chaos',
  about: 'requests on a bad day, and an independent check of what came of them',
  run: async () => await runChaos(sizesIn(process.env)),
}

function sizesIn(environment: NodeJS.ProcessEnv): readonly Size[] {
  const of = (name: string, otherwise: number) => Number(environment[`CHAOS_${name}`] ?? otherwise)
  return Array.from({ length: of('SEEDS', 1) }, (_, at) => ({
    seed: of('SEED', 1) + at,
    requests: of('REQUESTS', 60),
    networks: of('NETWORKS', 8),
    seconds: of('SECONDS', 60),
  }))
}

async function runChaos(sizes: readonly Size[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const size of sizes) rows.push(...(await oneDay(size)))
  return rows
}

async function oneDay(size: Size): Promise<readonly Row[]> {
  const startedAt = performance.now()
  const { observed, kills, redisTroubles, fatalLines } = await runDay(planOf(size))
  if (process.env.CHAOS_DUMP !== undefined) writeFileSync(process.env.CHAOS_DUMP, JSON.stringify(observed))
  const broken = check(observed)
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  print(size.seed, broken, fatalLines)
  const states = Map.groupBy(observed.requests, ({ state }) => state)
  const ends = [...states].map(([state, all]) => `${all.length} ${state}`).toSorted()
  console.log(`  seed ${size.seed}: ${observed.requests.length} requests in ${size.networks} networks: ${ends.join(', ')}`)
  console.log(
    `    ${kills} kills, ${redisTroubles} troubles of Redis, ${observed.unanswered.length} posts whose answer was lost, ${observed.audit.length} audit entries, ${uncertainNetworks(observed).size} networks in which a request stopped half-way, ${seconds} s`,
  )
  const counts = `${broken.lost.length} lost, ${broken.doubled.length} doubled, ${broken.early.length} early`
  const isWhole = Object.values(broken).every(({ length }) => length === 0) && fatalLines.length === 0
  return [
    {
      what: `seed ${size.seed}, ${observed.requests.length} requests: ${counts}`,
      value: `${broken.wrong.length} wrong`,
      goal: { text: 'nothing lost, doubled, early or wrong', met: isWhole },
    },
  ]
}

function print(seed: number, broken: Broken, fatalLines: readonly string[]): void {
  for (const [kind, sentences] of Object.entries({ ...broken, 'fatal lines': fatalLines })) {
    if (sentences.length === 0) continue
    console.log(`  seed ${seed}, ${kind}: ${sentences.length}`)
    for (const sentence of sentences.slice(0, most)) console.log(`    ${sentence.slice(0, 600)}`)
  }
}
