import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import packageFile from '../../../package.json' with { type: 'json' }
import { allowed, type Lock, licencePage, licencesIn, read } from '../../../scripts/licences/licences.ts'

/** The supply chain: licences, install scripts, where packages come from, and a list of all parts. */

const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))

test('what runs in production has a licence of the allowed set, or one that somebody has read', () => {
  const known = [...allowed, ...Object.values(read)]
  const others = [...licencesIn(lock)].filter(([licence]) => !known.includes(licence))
  expect(others, 'Look at the licence, then extend scripts/licences/licences.ts, or do without the package').toEqual([])
})

test('the licences in the lock file are those of the installed packages', () => {
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '' && existsSync(`${path}/package.json`))
  const wrong = installed.filter(([path, { license }]) => {
    const own: unknown = JSON.parse(readFileSync(`${path}/package.json`, 'utf8')).license
    return license !== undefined && typeof own === 'string' && own !== license
  })
  expect(wrong.map(([path]) => path)).toEqual([])
  expect(installed.length).toBeGreaterThan(100)
})

test('docs/licences.md lists them', () => {
  expect(readFileSync('docs/licences.md', 'utf8'), '`npm run licences` writes it anew').toBe(licencePage(lock))
})

test('every package with an install script is named, and only the pinned Node runs its own', () => {
  const named: Readonly<Record<string, boolean>> = packageFile.allowScripts
  const scripts = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  expect(scripts.filter((name) => named[name] === undefined && name !== 'fsevents')).toEqual([])
  expect(Object.keys(named).filter((name) => named[name])).toEqual(['node'])
})

interface Component {
  readonly name: string
  readonly licenses?: readonly unknown[]
  readonly properties?: readonly { readonly name: string }[]
}

// `npm sbom --omit dev` leaves out what tools for development need as well, for instance yaml. So all are listed, and those for development are marked.
test('`npm run sbom` lists every package, with its licence, and marks what only development needs', { timeout: 60_000 }, () => {
  const printed = execFileSync('npm', ['run', '--silent', 'sbom'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const { bomFormat, components }: { bomFormat: string; components: readonly Component[] } = JSON.parse(printed)
  expect(bomFormat).toBe('CycloneDX')
  const isForDevelopment = ({ properties = [] }: Component) => properties.some(({ name }) => name.endsWith(':development'))
  const running = new Set(components.filter((component) => !isForDevelopment(component)).map(({ name }) => name))
  expect([...licencesIn(lock).values()].flat().filter((name) => !running.has(name))).toEqual([])
  expect(running.has('vitest')).toBe(false)
  expect(components.filter(({ licenses }) => licenses === undefined).map(({ name }) => name)).toEqual(Object.keys(read))
})
