import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { methods, scopes as scopesOfMethods } from '../../sandbox/slack/api/methods.ts'
import { scopes } from '../../src/bot/slack/doctor.ts'

/** The manifests ask for the scopes of the methods that the bot calls, and for no others. */

const read = (file: string) => readFileSync(file, 'utf8')
const manifest = read('slack-manifest.yaml')
const { oauth_config, features, settings, display_information } = parse(manifest)

const sources = globSync('src/bot/slack/**/*.ts').map(read).join('\n')
const called = new Set(
  [...sources.matchAll(/\b(?:client|interactive|queued)\.((?:[a-z]\w*\.)+[a-zA-Z]+)\(/g)].map(([, method = '']) => method),
)

test('the methods that the bot calls are simulated, and known to this test', () => {
  expect([...called].filter((method) => !Object.hasOwn(methods, method))).toEqual([])
  expect(called.size).toBeGreaterThan(12)
})

test('each scope is needed by a method, and each method’s scope is asked for', () => {
  const needed = [...called].flatMap((method) => scopesOfMethods[method] ?? [])
  const slashCommands = features.slash_commands.length > 0 ? ['commands'] : []
  expect([...oauth_config.scopes.bot].sort()).toEqual([...new Set([...needed, ...slashCommands])].sort())
})

test('the doctor asks for the same, and says what goes wrong without each', () => {
  expect(scopes.map(({ name }) => name).sort()).toEqual([...oauth_config.scopes.bot].sort())
})

test('each scope is explained in the line above it', () => {
  const lines = manifest.split('\n')
  for (const scope of oauth_config.scopes.bot) {
    const at = lines.findIndex((line) => line.trim() === `- ${scope}`)
    expect(lines[at - 1], scope).toMatch(/^ {6}# \S.{15,}\.$/)
  }
})

test('the variant for Socket Mode is the same app without URLs', () => {
  const other = parse(read('slack-manifest-socket-mode.yaml'))
  expect(other.settings.socket_mode_enabled).toBe(true)
  expect(settings.socket_mode_enabled).toBe(false)
  expect(JSON.stringify(other)).not.toContain('https://')
  const withoutUrls = JSON.parse(JSON.stringify({ features, oauth_config, settings, display_information }), (name, value) =>
    /url$/.test(name) ? undefined : name === 'socket_mode_enabled' ? true : value,
  )
  expect(other).toEqual(withoutUrls)
})
