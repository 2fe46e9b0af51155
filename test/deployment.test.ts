import { existsSync, globSync, readFileSync } from 'node:fs'
import { DCLinter } from 'dclint'
import { validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import packageFile from '../package.json' with { type: 'json' }
import { composeFile, type Service, shipped } from './compose-file.ts'

/** The files that the product is deployed with. test/integration/deployment builds and runs what they describe. */

const processes = ['bot', 'jobs', 'diagnostics'] as const
const file = composeFile()
const services = Object.entries(file.services)

function service(name: string): Service {
  const found = file.services[name]
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}.`)
  return found
}

describe('docker-compose.yml', () => {
  test('fits the specification of compose, and the linter finds nothing', () => {
    const linter = new DCLinter({ quiet: false, debug: false, exclude: [], ...parse(readFileSync('.dclintrc.yaml', 'utf8')) })
    const results = linter.lintFiles(['docker-compose.yml'], false)
    expect(results).toHaveLength(1)
    expect(results.flatMap(({ messages }: { readonly messages: readonly unknown[] }) => messages)).toEqual([])
  })

  test('without a profile the product starts, and with the profile sandbox the simulated world alone', () => {
    const started = (profile: string) => services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name)
    // The flag --profile takes the place of COMPOSE_PROFILES.
    expect(started(shipped.COMPOSE_PROFILES ?? '')).toEqual(['redis', ...processes])
    expect(started('sandbox')).toEqual(['sandbox'])
  })

  test.each(services)('%s may do nothing that it does not need', (_, each) => {
    expect(each).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      init: true,
    })
    expect(each.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect([each.privileged, each.cap_add, each.container_name]).toEqual([undefined, undefined, undefined])
    expect(each.image).toMatch(/:\d+\.\d+\.\d+/)
    // Nobody else's image of that name is taken.
    if (each.build !== undefined) expect(each.pull_policy).toBe('build')
  })

  test.each(processes)('%s starts when Redis is healthy, and does not wait for the other processes', (name) => {
    expect(service(name).depends_on).toEqual({ redis: { condition: 'service_healthy', restart: false } })
  })

  test.each(processes)('there may be any number of %s', (name) => {
    // One port of the host for all of them would let only the first one start.
    for (const { published } of service(name).ports) expect(published).toMatch(/^\d+-\d+$/)
    expect(service(name).volumes).toEqual([])
  })

  test.each(processes)('%s is run as npm run %s runs it', (name) => {
    const [, ...words] = packageFile.scripts[name].split(' ')
    // The image has a place of its own for what Node compiled.
    const isSetting = (word: string) => /^[A-Z_]+=/.test(word) && !word.startsWith('NODE_COMPILE_CACHE=')
    const settings = words.filter(isSetting).map((word) => word.split('='))
    expect(service(name).environment).toMatchObject(Object.fromEntries(settings))
    expect(service(name).command).toEqual(words.slice(words.indexOf('node') + 1))
  })

  test.each(processes)('%s has more time to stop than it takes for itself', (name) => {
    expect(Number.parseInt(service(name).stop_grace_period, 10)).toBeGreaterThan(15)
  })

  /** The variables that name files of secrets, in `.env`. */
  const optional = Object.keys(shipped).filter((name) => name.endsWith('_FILE'))

  test.each(processes)('%s gets the secrets that it reads, from files, and no others', (name) => {
    const all = composeFile({ ...shipped, ...Object.fromEntries(optional.map((each) => [each, `./secrets/${each}`])) })
    const { environment = {}, secrets = [] } = all.services[name] ?? {}
    const read = Object.entries(environment).filter(([variable]) => variable.endsWith('_FILE'))
    expect(read.map(([, path]) => path).sort()).toEqual(secrets.map((secret) => `/run/secrets/${secret}`).sort())
    for (const [variable, path] of read) {
      const source = all.secrets[path.replace('/run/secrets/', '')]?.file
      expect(source).toBe(variable === 'REDIS_URL_FILE' ? source : `./secrets/${variable}`)
    }
    const foreign = { bot: /^(AZURE|CLICKHOUSE)_/, jobs: /^(SLACK|TEAMS)_/, diagnostics: /^(AZURE|CLICKHOUSE|SLACK|TEAMS)_/ }
    expect(Object.keys(environment).filter((variable) => foreign[name].test(variable))).toEqual([])
  })

  test.each(processes)('%s needs no file for a secret that is not used, and takes it from a variable', (name) => {
    const { environment = {} } = file.services[name] ?? {}
    const unused = Object.keys(environment).filter((variable) => optional.includes(variable))
    for (const variable of unused) expect(environment[variable]).toBe('')
    const plain = unused.map((variable) => variable.replace(/_FILE$/, ''))
    const told = composeFile({ ...shipped, ...Object.fromEntries(plain.map((each) => [each, `value of ${each}`])) })
    for (const variable of plain) expect(told.services[name]?.environment[variable]).toBe(`value of ${variable}`)
  })

  test('a secret that is not used is an empty file', () => {
    const missing = Object.values(file.secrets).filter(({ file }) => !file.startsWith('./secrets/redis-') && file !== '/dev/null')
    expect(missing).toEqual([])
  })

  test.each(processes)('%s reads every variable that it is given', (name) => {
    const readers = ['src/config.ts', ...globSync('src/config/*.ts')]
    const reader = readers.map((path) => readFileSync(path, 'utf8')).join('\n')
    const own = Object.keys(service(name).environment).filter(
      (variable) => !/^(AZURE_(TENANT_ID|CLIENT_)|MALLOC_)/.test(variable),
    )
    expect(own.filter((variable) => !reader.includes(variable.replace(/_FILE$/, '')))).toEqual([])
  })

  test('the simulated world needs no account, no file and no network', () => {
    const { environment, secrets, configs, volumes, network_mode } = service('sandbox')
    expect({ environment, secrets, configs, volumes, network_mode }).toEqual({
      environment: { PORT: '3000' },
      secrets: [],
      configs: [],
      volumes: [],
      network_mode: 'none',
    })
  })

  test('only the bot is reached from outside, and from this machine alone unless told', () => {
    expect(services.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['bot'])
    expect(service('bot').ports.map(({ host_ip }) => host_ip)).toEqual(['127.0.0.1'])
    expect(service('redis').networks).toEqual(['redis'])
    expect(file.networks.redis?.internal).toBe(true)
  })
})

describe('Dockerfile', () => {
  const text = readFileSync('Dockerfile', 'utf8')
  const stages = new Map(
    text
      .split(/^FROM /m)
      .slice(1)
      .map((stage) => [/ AS (\w+)$/m.exec(stage)?.[1] ?? '', stage]),
  )

  test('the linter finds nothing', () => {
    expect(validate(text)).toEqual([])
  })

  test('its base is the Node of the project, of an exact version', () => {
    const [, version = ''] = /^ARG NODE_IMAGE=node:(\d+\.\d+\.\d+)-\w+-slim$/m.exec(text) ?? []
    expect(version.split('.')[0]).toBe(/\d+/.exec(packageFile.devDependencies.node)?.[0])
  })

  test.each(['product', 'sandbox'])('%s runs one process, which gets the signals, without being root', (name) => {
    const stage = stages.get(name) ?? ''
    expect(stage).toMatch(/^USER node$/m)
    expect(stage).toMatch(/^ENTRYPOINT \["node"\]$/m)
    expect(stage).toMatch(/^CMD \["[\w/]+\.ts"\]$/m)
    expect(stage).toMatch(/^HEALTHCHECK .* CMD \["node", "scripts\/healthy\.mjs"\]$/m)
  })

  test('the product is the last stage, and each service asks for a stage that there is', () => {
    expect([...stages.keys()].at(-1)).toBe('product')
    const targets = services.flatMap(([, { build }]) => (build === undefined ? [] : [build.target]))
    expect(targets.filter((target) => !stages.has(target))).toEqual([])
  })

  test('what it copies exists, and .dockerignore lets it in', () => {
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '))
    expect(copied.filter((path) => path !== '.' && !existsSync(path))).toEqual([])
    expect(
      copied.filter((path) => path !== '.' && !allowed.some((each) => path === each || path.startsWith(`${each}/`))),
    ).toEqual([])
  })
})
