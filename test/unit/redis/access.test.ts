import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aclLines } from '../../../src/redis/access.ts'
import { prefix } from '../../../src/redis/queues.ts'

const networks = ['prod-westus3', 'staging-eastus2']

function userLine(name: string, passwords?: ReadonlyMap<string, readonly string[]>): string {
  return aclLines(networks, passwords).find((line) => line.startsWith(`user ${name} `)) ?? ''
}

describe('the users of Redis', () => {
  test('one for each process and network, one that reads the audit, one that archives it, one for people, and no default', () => {
    expect(aclLines(networks).map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'default off',
      'bot on',
      'jobs on',
      'diagnostics-prod-westus3 on',
      'diagnostics-staging-eastus2 on',
      'auditor on',
      'archivist on',
      'admin on',
      'health on',
    ])
  })

  test('a diagnostics user reaches the keys of its own network and nothing else', () => {
    const keys = userLine('diagnostics-staging-eastus2')
      .split(' ')
      .filter((word) => word.includes(prefix))
    expect(keys).toEqual([`~${prefix}:probe-staging-eastus2:*`])
  })

  test('only the hash of a password is written, and without a password nobody is let in', () => {
    const line = userLine('bot', new Map([['bot', ['old secret', 'new secret']]]))
    const hashes = ['old secret', 'new secret'].map((password) => `#${createHash('sha256').update(password).digest('hex')}`)
    expect(line).toContain(` on ${hashes.join(' ')} resetchannels`)
    expect(line).not.toContain('secret')
    expect(userLine('bot')).not.toMatch(/nopass|[#>]/)
  })

  test.each(['a b', 'x ~*', '*', '', 'x\nuser y on nopass'])('a network named %j is refused', (network) => {
    expect(() => aclLines([network])).toThrow('is no name of a network')
  })

  test('every key that the sources name is one that somebody may reach', () => {
    const named = globSync('src/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/`\$\{prefix\}(:[^`]*)`/g)].map(([, key = '']) => ({
        file,
        key: `${prefix}${key.replaceAll(/\$\{[^}]*\}/g, 'x')}`,
      })),
    )
    expect(named.length).toBeGreaterThan(15)
    // The name of a queue, of which each has its row.
    const fixed = named.filter(({ key }) => !key.startsWith(`${prefix}:x`))
    const patterns = aclLines(['x']).flatMap((line) =>
      [...line.matchAll(/~(\S+?)\)?(?= |$)/g)].map(([, pattern = '']) => pattern),
    )
    const open = fixed.filter(({ key }) => !patterns.some((pattern) => matches(key, pattern) || matches(`${key}:x`, pattern)))
    expect(open).toEqual([])
  })
})

/** As Redis does: `*` is anything. */
function matches(key: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => RegExp.escape(part))
  return new RegExp(`^${parts.join('.*')}$`).test(key)
}

test('redis-users.acl, which the simulated world uses, is what `npm run acl -- --network prod-westus3` prints', () => {
  expect(readFileSync('redis-users.acl', 'utf8')).toBe(`${aclLines(['prod-westus3']).join('\n')}\n`)
})
