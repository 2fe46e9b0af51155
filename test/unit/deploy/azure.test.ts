import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import packageFile from '../../../package.json' with { type: 'json' }
import { parse } from '../../hcl.ts'

/** What can be held of the Terraform files without an account: they are HCL, whole, and hold no secret. Nothing here was applied. */

const files = globSync('deploy/azure/*.tf').sort()
const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
const code = text.replaceAll(/^\s*#.*$/gm, '')

type Blocks = Record<string, Record<string, unknown[]>>
interface Document {
  readonly resource?: Blocks
  readonly data?: Blocks
  readonly variable?: Record<string, unknown[]>
  readonly output?: Record<string, unknown[]>
  readonly locals?: readonly Record<string, unknown>[]
}
let documents: readonly Document[]
beforeAll(async () => {
  documents = await Promise.all(files.map(async (file) => (await parse(file, readFileSync(file, 'utf8'))) as Document))
})

const namesIn = (blocks: readonly (Blocks | undefined)[]) =>
  blocks.flatMap((block) =>
    Object.entries(block ?? {}).flatMap(([type, all]) => Object.keys(all).map((name) => `${type}.${name}`)),
  )
const found = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map(([, name = '']) => name))

describe('deploy/azure', () => {
  test('every variable is used, and every one that is used is declared with what it is for', () => {
    const declared = documents.flatMap(({ variable = {} }) => Object.entries(variable))
    expect(new Set(declared.map(([name]) => name))).toEqual(found(/\bvar\.(\w+)/g))
    for (const [name, [block]] of declared)
      expect(block, name).toMatchObject({ description: expect.stringMatching(/.{15,}/), type: expect.anything() })
  })

  test('every local is used, and every one that is used exists', () => {
    const declared = documents.flatMap(({ locals = [] }) => locals.flatMap(Object.keys))
    expect(new Set(declared)).toEqual(found(/\blocal\.(\w+)/g))
  })

  test('what is referred to exists', () => {
    const resources = namesIn(documents.map(({ resource }) => resource))
    const data = namesIn(documents.map((document) => document.data)).map((name) => `data.${name}`)
    const used = [...found(/(?<![\w.])((?:data\.)?azurerm_\w+\.\w+)/g)]
    expect(used.filter((name) => ![...resources, ...data].includes(name))).toEqual([])
    expect(used.length).toBeGreaterThan(10)
  })

  test('no secret stands in the files: bot and jobs get theirs from the vault by reference, each identity only its own', () => {
    expect(code).not.toMatch(/xox[abp]-|xapp-|BEGIN [A-Z ]*PRIVATE KEY|primary_access_key|secondary_access_key/)
    const literals = [...code.matchAll(/(\w*(?:password|secret|token|key)\w*)\s*=\s*"([^"]*)"/gi)].map(
      ([, name, value]) => `${name} ${value}`,
    )
    // Names of secrets in the vault, and the addresses under which Container Apps look them up.
    const names = /^[A-Z_]+ [a-z-]+$|^key_vault_secret_id \$\{azurerm_key_vault\.main\.vault_uri\}secrets\/\$\{secret\.value\}$/
    expect(literals.filter((literal) => !names.test(literal))).toEqual([])
    expect(literals.length).toBeGreaterThan(4)
    expect(code).toContain(`scope                = "\${azurerm_key_vault.main.id}/secrets/\${each.value.secret}"`)
  })

  test('the variables that the processes get are those that src/config.ts reads', () => {
    const sources = ['src/config.ts', ...globSync('src/config/*.ts')]
    const config = sources.map((source) => readFileSync(source, 'utf8')).join('\n')
    const variables = [...found(/\b([A-Z][A-Z]+_[A-Z_]+)\s*=/g)].filter((name) => !/^(MALLOC|UV)_/.test(name))
    const read = [...variables].filter(
      (name) => !config.includes(name) && !readFileSync('src/config/schema.ts', 'utf8').includes(name),
    )
    expect(read).toEqual([])
    expect(variables).toContain('DIAGNOSTICS_NETWORK')
  })

  test('the role is that of azure-role.json', () => {
    expect(code).toMatch(/jsondecode\(file\("\$\{path\.module\}\/\.\.\/\.\.\/azure-role\.json"\)\)/)
    expect(code).toMatch(/actions\s+= local\.role\.Actions/)
  })

  test('the worker is started as npm starts it', () => {
    const [, commands = ''] = /commands = (\[.*?\])/.exec(code) ?? []
    expect(wordsOf('diagnostics')).toEqual(JSON.parse(commands))
    for (const [name, value] of environmentOf('diagnostics')) expect(code).toMatch(new RegExp(`${name}\\s+= "${value}"`))
    const [, words = ''] = /args\s+= (\[.*?main\.ts"\])/.exec(code) ?? []
    for (const name of ['bot', 'jobs'] as const)
      expect(wordsOf(name)).toEqual(['node', ...JSON.parse(words.replace(/\$\{each\.key\}/, name))])
  })

  test('the example sets variables that exist, and all that have to be set', async () => {
    const example = await parse('example.tf', readFileSync('deploy/azure/terraform.tfvars.example', 'utf8'))
    const declared = documents.flatMap(({ variable = {} }) => Object.entries(variable))
    const required = declared.filter(([, [block]]) => !Object.hasOwn(Object(block), 'default')).map(([name]) => name)
    expect(Object.keys(example).filter((name) => !declared.some(([each]) => each === name))).toEqual([])
    expect(required.filter((name) => !Object.hasOwn(example, name))).toEqual([])
  })

  test('Redis drops nothing and writes everything down', () => {
    expect(code).toMatch(/eviction_policy\s+= "NoEviction"/)
    expect(code).toMatch(/persistence_append_only_file_backup_frequency\s+= "1s"/)
  })
})

describe('deploy/azure: the sign-in to Redis', () => {
  test('there is no key: nobody can sign in but the identities, and no address holds a password', () => {
    expect(code).toMatch(/access_keys_authentication_enabled = false/)
    expect(code).not.toMatch(/redis-url|rediss?:\/\/[^"$]*@|data "azurerm_key_vault_secret"/)
    expect([...found(/"(rediss?:[^"]*)"/g)]).toEqual([
      `rediss://\${azurerm_managed_redis.main.hostname}:\${azurerm_managed_redis.main.default_database[0].port}`,
    ])
    expect(code).toMatch(/REDIS_AUTH\s+= "entra"/)
    expect(code).toMatch(/AZURE_CLIENT_ID\s+= identity\.client_id/)
  })

  test('each process is let in, one after the other, and starts only then', () => {
    const assignment = 'azurerm_managed_redis_access_policy_assignment'
    const order = ['bot', 'jobs', 'diagnostics']
    for (const [index, name] of order.entries()) {
      const [block = ''] = new RegExp(`resource "${assignment}" "${name}" {[^]*?\n}`).exec(code) ?? []
      expect(block).toContain(`object_id        = azurerm_user_assigned_identity.process["${name}"].principal_id`)
      const before = order[index - 1]
      if (before !== undefined) expect(block).toContain(`depends_on = [${assignment}.${before}]`)
      expect(code).toMatch(new RegExp(`^ {4}${assignment}\\.${name},$`, 'm'))
      expect(code).toContain(`local.redis_environment["${name}"]`)
    }
  })
})

describe('deploy/systemd', () => {
  const unit = readFileSync('deploy/systemd/privatelink-diagnostics.service', 'utf8')
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

  test('the worker is started as npm starts it', () => {
    const [, ...words] = setting('ExecStart').split(' ')
    expect(['node', ...words]).toEqual(wordsOf('diagnostics'))
    expect(setting('Environment=MALLOC_ARENA_MAX').replace(/^/, 'MALLOC_ARENA_MAX=').split(' ')).toEqual(
      environmentOf('diagnostics').map((pair) => pair.join('=')),
    )
  })

  test('it is nobody, may do nothing else, and is waited for as long as it needs to stop', () => {
    expect([
      setting('DynamicUser'),
      setting('NoNewPrivileges'),
      setting('ProtectSystem'),
      setting('CapabilityBoundingSet'),
    ]).toEqual(['yes', 'yes', 'strict', ''])
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(15)
    expect(setting('Restart')).toBe('always')
  })
})

const installed = (tool: string, ...args: readonly string[]) => spawnSync(tool, args, { timeout: 20_000 }).status === 0
const terraform = installed('terraform', 'version')
const analyze = installed('systemd-analyze', '--version')
if (!terraform) console.warn('SKIPPED: terraform is not on the PATH, so `terraform fmt -check` was not run on deploy/azure.')
if (!analyze) console.warn('SKIPPED: systemd-analyze is not on the PATH, so the unit was not verified.')

test.runIf(terraform)('terraform fmt has nothing to change', () => {
  expect(
    execFileSync('terraform', ['fmt', '-check', '-diff', 'deploy/azure'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ).toBe('')
})

test.runIf(analyze)('systemd knows every setting of the unit', () => {
  const { stderr } = spawnSync('systemd-analyze', ['verify', 'deploy/systemd/privatelink-diagnostics.service'], {
    encoding: 'utf8',
  })
  // Only that the program is not where it will be.
  expect(
    stderr.split('\n').filter((line) => line.startsWith('privatelink-diagnostics') && !line.includes('is not executable')),
  ).toEqual([])
  expect(stderr).not.toMatch(/Unknown|Failed to parse|ignoring/)
})

/** The words of a script of package.json, from `node` on. */
function wordsOf(name: 'bot' | 'jobs' | 'diagnostics'): readonly string[] {
  const words = packageFile.scripts[name].split(' ')
  return words.slice(words.indexOf('node'))
}

function environmentOf(name: 'diagnostics'): readonly (readonly [string, string])[] {
  return packageFile.scripts[name].split(' ').flatMap((word) => {
    const [, variable, value] = /^([A-Z_]+)=(.*)$/.exec(word) ?? []
    // Where Node may keep what it compiled is a matter of the machine.
    const isKept = variable !== undefined && value !== undefined && variable !== 'NODE_COMPILE_CACHE'
    return isKept ? [[variable, value] as const] : []
  })
}
