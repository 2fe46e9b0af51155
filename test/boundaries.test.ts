import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Holds the layers of the architecture: imports point down, siblings do not know each other, and each vendor has one importer. */

const sources = globSync(['src/**/*.ts', 'sandbox/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'])
const imports = sources.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => ({
    file,
    target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  })),
)

/** `src/jobs/steps/x.ts` → `jobs`; files directly in `src` are shared ground: `config`, `log`, `process`. */
function layerOf(path: string): string | undefined {
  const [top, layer, ...rest] = path.split(sep)
  return top === 'src' ? (rest.length === 0 ? 'ground' : layer) : undefined
}

const mayImport: Record<string, readonly string[]> = {
  domain: [],
  config: ['domain'],
  ground: ['domain', 'config'],
  azure: ['domain'],
  clickhouse: ['domain'],
  redis: ['domain', 'ground'],
  diagnostics: ['domain', 'redis', 'ground'],
  jobs: ['domain', 'azure', 'clickhouse', 'redis', 'ground'],
  bot: ['domain', 'redis', 'ground'],
  audit: ['domain', 'redis', 'ground'],
}

describe('layers', () => {
  test('every folder of src has a place', () => {
    expect(new Set(sources.flatMap((file) => layerOf(file) ?? []))).toEqual(new Set(Object.keys(mayImport)))
  })

  test('imports point down', () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = layerOf(file)
      const to = layerOf(target)
      return from !== undefined && to !== undefined && from !== to && !mayImport[from]?.includes(to)
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
})

describe('vendors', () => {
  const only: readonly [RegExp, RegExp][] = [
    [/^@azure\/arm-/, /^src\/azure\//],
    [/^@azure\/identity$/, /^src\/(azure\/|jobs\/main\.ts)/],
    [/^undici$/, /^src\/clickhouse\//],
    [/^(bullmq|ioredis)$/, /^src\/redis\//],
    [/^@slack\//, /^src\/bot\//],
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
