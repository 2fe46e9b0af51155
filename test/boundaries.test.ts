import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Holds the layers of docs/architecture.md: imports point down, folder by folder, and each vendor has one importer. Imports of types count. */

const sources = globSync(['src/**/*.ts', 'sandbox/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'])
const imports = sources.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => ({
    file,
    target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  })),
)

/** What each room of `src` may import besides itself. A room is the longest of these paths that a file begins with. */
const common = ['src/domain']
const ground = [
  ...common,
  'src/log.ts',
  'src/log-fields.ts',
  'src/tracing.ts',
  'src/closable.ts',
  'src/repeat.ts',
  'src/node-http.ts',
  'src/config.ts',
  'src/config',
  'src/process.ts',
  'src/audit-heads.ts',
  'src/redis-sign-in.ts',
  'package.json',
]
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/config': common,
  'src/config.ts': [...common, 'src/config'],
  'src/log.ts': ['src/log-fields.ts', 'src/tracing.ts'],
  'src/log-fields.ts': [],
  'src/tracing.ts': [],
  'src/tracing': [...ground, 'src/redis'],
  'src/http': ground,
  'src/metrics': [...ground, 'src/redis', 'src/http'],
  'src/closable.ts': [],
  'src/repeat.ts': ['src/log.ts'],
  'src/node-http.ts': [],
  'src/release-memory.ts': [],
  'src/process.ts': [...ground, 'src/release-memory.ts'],
  'src/audit-heads.ts': ground,
  'src/redis-sign-in.ts': ground,
  'src/azure': common,
  'src/clickhouse': common,
  'src/redis': ground,
  'src/audit': [...ground, 'src/redis'],
  'src/doctor': [...ground, 'src/redis', 'src/bot/doctor', 'src/jobs/doctor', 'src/diagnostics/doctor'],
  'src/acl': [...ground, 'src/redis'],

  'src/bot/command': common,
  'src/bot/chat': [...common, 'src/log.ts'],
  'src/bot/cards': [...common, 'src/bot/chat', 'src/bot/command'],
  'src/bot/outbox': [...ground, 'src/redis', 'src/bot/cards', 'src/bot/chat'],
  'src/bot/answers': [...ground, 'src/redis', 'src/bot/outbox', 'src/bot/cards', 'src/bot/chat', 'src/bot/command'],
  'src/bot/slack': [...ground, 'src/redis', 'src/bot/chat'],
  'src/bot/teams': [...ground, 'src/redis', 'src/bot/chat'],
  'src/bot/doctor': [...ground, 'src/redis', 'src/bot/slack', 'src/bot/teams'],
  'src/bot': [
    ...ground,
    ...served(),
    ...['answers', 'outbox', 'cards', 'command', 'chat', 'slack', 'teams'].map((room) => `src/bot/${room}`),
  ],

  'src/jobs/retry.ts': common,
  'src/jobs/clouds.ts': [...common, 'src/azure', 'src/clickhouse', 'src/redis'],
  'src/jobs/services': [...jobsGround(), 'src/jobs/clouds.ts', 'src/jobs/retry.ts'],
  'src/jobs/steps': [...jobsGround(), 'src/jobs/services', 'src/jobs/clouds.ts', 'src/jobs/retry.ts'],
  'src/jobs/requests': [...jobsGround(), 'src/jobs/steps', 'src/jobs/services', 'src/jobs/clouds.ts', 'src/jobs/retry.ts'],
  'src/jobs/diagnosis': [...jobsGround(), 'src/jobs/services', 'src/jobs/clouds.ts', 'src/jobs/retry.ts'],
  'src/jobs/watches': [...jobsGround(), 'src/jobs/diagnosis', 'src/jobs/services'],
  'src/jobs/doctor': [...jobsGround(), 'src/jobs/requests', 'src/jobs/services'],
  'src/jobs': [
    ...jobsGround(),
    ...served(),
    ...['services', 'steps', 'requests', 'diagnosis', 'watches'].map((room) => `src/jobs/${room}`),
  ],

  'src/diagnostics/dns': [...ground, 'src/diagnostics/elapsed.ts'],
  'src/diagnostics/connection': [
    ...ground,
    'src/diagnostics/elapsed.ts',
    'src/diagnostics/check.ts',
    'src/diagnostics/dns/random-label.ts',
  ],
  'src/diagnostics/checks': [...ground, 'src/diagnostics/dns', 'src/diagnostics/connection', 'src/diagnostics'],
  'src/diagnostics/doctor': [...ground, 'src/redis', 'src/diagnostics/dns'],
  'src/diagnostics': [...ground, ...served(), ...['checks', 'dns', 'connection'].map((room) => `src/diagnostics/${room}`)],
}

/** What a process that is looked at from outside needs. */
function served(): readonly string[] {
  return ['src/redis', 'src/http', 'src/metrics', 'src/tracing']
}

function jobsGround(): readonly string[] {
  return [...ground, 'src/azure', 'src/clickhouse', 'src/redis']
}

/** `src/bot/cards/request/x.ts` → `src/bot/cards`. */
function roomOf(path: string): string | undefined {
  const parts = path.split(sep)
  const paths = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  return paths.find((each) => Object.hasOwn(mayImport, each))
}

/** A room opens its own files, not those of rooms below it that have a name of their own. */
function opens(room: string, target: string): boolean {
  return isBelow(target, room) && (!Object.hasOwn(mayImport, room) || roomOf(target) === room)
}

function isBelow(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`)
}

describe('layers', () => {
  test('every file of src is in a room', () => {
    const lost = sources.filter((file) => file.startsWith('src') && roomOf(file) === undefined)
    expect(lost).toEqual([])
  })

  test('every room exists', () => {
    const empty = Object.keys(mayImport).filter((room) => !sources.some((file) => isBelow(file, room)))
    expect(empty).toEqual([])
  })

  test('no folder is a room only by the folder above it', () => {
    const folders = new Set(sources.filter((file) => file.startsWith('src')).map((file) => file.split(sep).slice(0, 3).join('/')))
    const roomless = [...folders].filter(
      (folder) => /^src\/(bot|jobs|diagnostics)\/[^.]+$/.test(folder) && roomOf(folder) !== folder,
    )
    expect(roomless).toEqual([])
  })

  test('imports point down', () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = roomOf(file)
      if (from === undefined || !(target.startsWith('src') || target === 'package.json')) return false
      return roomOf(target) !== from && !mayImport[from]?.some((room) => opens(room, target))
    })
    expect(wrong).toEqual([])
  })

  test('a vendor’s simulator knows only the world and itself', () => {
    const vendors = ['arm', 'clickhouse-cloud', 'slack', 'teams', 'vnet']
    const vendorOf = (path: string) => vendors.find((vendor) => path.startsWith(`sandbox/${vendor}/`))
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [vendorOf(file), vendorOf(target)]
      return from !== undefined && to !== undefined && from !== to
    })
    expect(wrong).toEqual([])
  })

  test('the product and the sandbox do not know each other', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from] = file.split(sep)
      const [to] = target.split(sep)
      return (from === 'src' && (to === 'sandbox' || to === 'test')) || (from === 'sandbox' && (to === 'src' || to === 'test'))
    })
    expect(wrong).toEqual([])
  })

  test('no two files of src or sandbox import each other, on whatever way', () => {
    expect(circles()).toEqual([])
  })
})

/** The files of every circle of imports, found as strongly connected parts (Tarjan). */
function circles(): readonly (readonly string[])[] {
  const files = sources.filter((file) => /^(src|sandbox)/.test(file))
  const targets = Map.groupBy(imports, ({ file }) => file)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (file: string): void => {
    index.set(file, index.size)
    low.set(file, index.get(file) ?? 0)
    stack.push(file)
    for (const { target } of targets.get(file) ?? []) {
      if (!files.includes(target)) continue
      if (!index.has(target)) visit(target)
      if (stack.includes(target)) low.set(file, Math.min(low.get(file) ?? 0, low.get(target) ?? 0))
    }
    if (low.get(file) !== index.get(file)) return
    const part = stack.splice(stack.indexOf(file))
    if (part.length > 1) found.push(part)
  }
  for (const file of files) if (!index.has(file)) visit(file)
  return found
}

describe('vendors', () => {
  const only: readonly [RegExp, RegExp][] = [
    [/^@azure\/arm-/, /^src\/azure\//],
    [/^@azure\/identity$/, /^src\/(azure\/|redis-sign-in\.ts|jobs\/main\.ts|bot\/teams\/)/],
    [/^undici$/, /^src\/clickhouse\//],
    [/^(bullmq|ioredis|bullmq-otel)$/, /^src\/redis\//],
    [/^@opentelemetry\//, /^src\/tracing\//],
    [/^@bull-board\//, /^src\/jobs\/queue-dashboard\.ts/],
    [/^prom-client$/, /^src\/(metrics\/|(bot|jobs|diagnostics)\/metrics\.ts)/],
    [/^@slack\//, /^src\/bot\/slack\//],
    [/^(botbuilder|botframework-|@microsoft\/teams)/, /^src\/bot\/teams\//],
    [/^dns-packet$/, /^src\/diagnostics\//],
  ]
  test.each(only)('%s only in %s', (vendor, home) => {
    const importers = imports.filter(({ file, target }) => file.startsWith('src') && vendor.test(target))
    expect(importers.filter(({ file }) => !home.test(file))).toEqual([])
    expect(importers).not.toEqual([])
  })

  test('only the configuration reads the environment', () => {
    const readers = sources.filter((file) => file.startsWith('src') && readFileSync(file, 'utf8').includes('process.env'))
    expect(readers).toEqual(['src/config.ts'])
  })
})
