import type { Bench } from './bench.ts'
import { chaosBench } from './chaos/chaos.ts'
import { growth } from './growth.ts'
import { invokeBench } from './invoke.ts'
import { ledger } from './ledger.ts'
import { limitsBench } from './limits.ts'
import { pageBench } from './page.ts'
import { probesBench } from './probes.ts'
import { restBench } from './rest.ts'
import { setup } from './setup.ts'
import { verdicts } from './verdicts.ts'

/** `npm run bench` runs them all, `npm run bench -- NAME…` those that are named. Exits 1 when a goal was missed. */
const benches: readonly Bench[] = [
  ledger,
  restBench,
  invokeBench,
  probesBench,
  setup,
  verdicts,
  growth,
  limitsBench,
  pageBench,
  chaosBench,
]

const names = process.argv.slice(2)
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

let missed = 0
for (const { name, about, run } of benches) {
  if (names.length > 0 && !names.includes(name)) continue
  console.log(`\n${name}: ${about}`)
  for (const { what, value, goal } of await run()) {
    const verdict = goal === undefined ? '' : `  ${goal.met ? 'ok' : 'MISSED'}: ${goal.text}`
    if (goal?.met === false) missed += 1
    console.log(`  ${what.padEnd(58)} ${value.padStart(12)}${verdict}`)
  }
}
process.exitCode = missed > 0 ? 1 : 0
