import { type Bench, milliseconds, type Row } from './bench.ts'
import { type Cost, measureEstate, type Size, type Work, works } from './growth-costs.ts'

const organizations = 5
const of = (services: number, networks: number): Size => ({ services, networks, organizations })
/** One axis at a time: what grows with services, and what with networks. */
const sizes: readonly Size[] = [of(10, 10), of(100, 10), of(1_000, 10), of(2_000, 10), of(1_000, 1), of(1_000, 50)]
const [fewServices, , , manyServices, oneNetwork, manyNetworks] = sizes as [Size, Size, Size, Size, Size, Size]

export const growth: Bench = {
  name: 'growth',
  about:
    'what work costs in estates of different sizes; calls, commands and CPU are those of bot and jobs together, the background’s included',
  run,
}

/** What may grow, and with what. Everything else costs in the largest estate what it costs in the smallest. */
const grows: Readonly<Partial<Record<Work, { readonly withNetworks?: true; readonly withServices?: true }>>> = {
  'diagnose everywhere': { withNetworks: true },
  'the background': { withNetworks: true, withServices: true },
}
/** Work beside it may make a few calls meanwhile, and a process does other things. */
const slack = { calls: 6, commands: 40, cpuMs: 60 }
/** How much more what does not grow may cost in the larger estate. */
const most = 1.25
const mostCpu = 3

type Costs = ReadonlyMap<Work, Cost>

async function run(): Promise<readonly Row[]> {
  const found = new Map<Size, Costs>()
  const memory = new Map<Size, number>()
  for (const size of sizes) {
    const { costs, redisMiB } = await measureEstate(size)
    found.set(size, costs)
    memory.set(size, redisMiB)
  }
  const table = sizes.flatMap((size) => [
    ...works.map((work): Row => ({ what: `${sizeText(size)}: ${work}`, value: costText(found.get(size)?.get(work)) })),
    { what: `${sizeText(size)}: Redis memory`, value: `${memory.get(size)?.toFixed(1)} MiB` },
  ])
  const compare = (what: 'services' | 'networks', small: Size, large: Size): readonly Row[] =>
    works.flatMap((work) => {
      const [before, after] = [found.get(small)?.get(work), found.get(large)?.get(work)]
      return before === undefined || after === undefined ? [] : comparison(work, what, before, after, large[what] / small[what])
    })
  const perService = ((memory.get(manyServices) ?? 0) - (memory.get(fewServices) ?? 0)) * 1_024
  const kib = perService / (manyServices.services - fewServices.services)
  return [
    ...table,
    ...compare('services', fewServices, manyServices),
    ...compare('networks', oneNetwork, manyNetworks),
    { what: 'Redis memory of a service', value: `${kib.toFixed(2)} KiB`, goal: { text: 'at most 4 KiB', met: kib <= 4 } },
  ]
}

function comparison(work: Work, what: 'services' | 'networks', before: Cost, after: Cost, times: number): readonly Row[] {
  const may = grows[work]
  const growth = (what === 'services' ? may?.withServices : may?.withNetworks) === true ? times : 1
  const row = (unit: string, small: number, large: number, spare: number, by: number): Row => {
    const bound = small * growth * by + spare
    return {
      what: `${work}, ${times}× the ${what}: ${unit}`,
      value: `${small.toFixed(0)} → ${large.toFixed(0)}`,
      goal: { text: `at most ${bound.toFixed(0)}`, met: large <= bound },
    }
  }
  return [
    row('calls of Azure', before.azure, after.azure, slack.calls, most),
    // A list of services is one call for each organization, however many there are.
    row('calls of ClickHouse Cloud', before.clickhouse / growth, after.clickhouse, slack.calls, most),
    row('Redis commands', before.commands, after.commands, slack.commands, most),
    row('CPU, ms', before.cpuMs, after.cpuMs, slack.cpuMs, mostCpu),
  ]
}

function sizeText({ services, networks }: Size): string {
  return `${services} services, ${networks} networks`
}

function costText(cost: Cost | undefined): string {
  if (cost === undefined) return 'not measured'
  const { azure, clickhouse, commands, cpuMs, tookMs } = cost
  return `${azure} + ${clickhouse} calls, ${commands} commands, CPU ${cpuMs} ms, ${milliseconds(tookMs)}`
}
