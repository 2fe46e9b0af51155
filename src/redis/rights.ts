import { aclLines, isNetworkName } from './access.ts'
import type { Command } from './inspect.ts'
import { prefix } from './queues.ts'

/**
 * What the user of each process must be able to do in Redis, read from the rules that `npm run acl` writes, so that it cannot drift from them; and what it has no
 * business with. Every command here would change nothing that counts if it were carried out.
 */

export type RedisUser = 'bot' | 'jobs' | 'diagnostics'

/** A command, and what it is for, in words that complete "may not …". */
export interface Right {
  readonly command: Command
  readonly to: string
}

/** What the user of this process may do. `network`: that of a diagnostics worker. */
export function rightsOf(user: RedisUser, network = ''): readonly Right[] {
  const lines = aclLines(isNetworkName(network) ? [network] : [])
  const line = lines.find((each) => each.startsWith(`user ${user} `) || each.startsWith(`user ${user}-`)) ?? ''
  return (line.match(/\([^)]*\)|\S+/g) ?? []).flatMap(rightsIn)
}

/** One rule: `+info`, `~keys`, `%R~keys`, or `(+command … ~keys …)`. Others grant nothing of their own. */
function rightsIn(rule: string): readonly Right[] {
  if (rule === '+info') return [{ command: ['INFO'], to: 'ask for the state of Redis (INFO)' }]
  const [, readOnly, pattern] = /^(%R)?~(\S+)$/.exec(rule) ?? []
  if (pattern !== undefined)
    return [
      {
        command: [readOnly === undefined ? 'PERSIST' : 'GET', nameIn(pattern)],
        to: `${readOnly === undefined ? 'write' : 'read'} ${shown(pattern)}`,
      },
    ]
  if (!rule.startsWith('(')) return []
  const commands = [...rule.matchAll(/\+(\S+?)(?=[\s)])/g)].map(([, command = '']) => command)
  const patterns = [...rule.matchAll(/~([^\s)]+)/g)].map(([, each = '']) => each)
  return commands.flatMap((name) => {
    const args = harmless(name, patterns)
    return args === undefined
      ? []
      : [{ command: [name.toUpperCase(), ...args] as const, to: `${name} ${patterns.map(shown).join(', ')}` }]
  })
}

/** Arguments with which the command would change nothing; undefined where there are none. A key that a pattern makes is nobody's. */
function harmless(name: string, patterns: readonly string[]): readonly string[] | undefined {
  const keys = patterns.map(nameIn)
  const [pattern = '', key = ''] = [patterns[0], keys[0]]
  // An entry with the id 0-0 is refused.
  if (name === 'xadd') return [key, '0-0', 'field', '']
  if (name === 'xrange') return [key, '-', '+', 'COUNT', '1']
  if (name === 'xrevrange') return [key, '+', '-', 'COUNT', '1']
  if (name === 'lrange') return [key, '0', '0']
  if (name === 'lindex') return [key, '0']
  if (name === 'get' || name === 'xlen' || name === 'llen') return [key]
  if (name === 'set') return [key, '', 'NX', 'PX', '1']
  if (name === 'eval') return ['return 1', String(keys.length), ...keys]
  if (name === 'rpush' && pattern.includes('*')) return [key, '']
  if (name === 'del' && pattern.includes('*')) return [key]
  return undefined
}

function nameIn(pattern: string): string {
  return pattern.replaceAll('*', 'doctor')
}

function shown(pattern: string): string {
  return pattern.slice(prefix.length + 1)
}

/** What the process never does. */
export function excessOf(user: RedisUser): readonly Right[] {
  const right = (to: string, ...[name, key]: readonly [string, string]): Right => ({
    command: [name, [prefix, key].join(':')],
    to,
  })
  const foreign: Readonly<Record<RedisUser, readonly Right[]>> = {
    bot: [
      right('write the queues of diagnostics workers', 'PERSIST', 'probe-doctor:doctor'),
      right('write the inventory', 'PERSIST', 'inventory'),
    ],
    jobs: [
      right('read which messages show what', 'GET', 'messages:doctor'),
      right('read what Teams said of people', 'GET', 'teams:doctor'),
    ],
    diagnostics: [
      right('read requests', 'GET', 'request:doctor'),
      right('write the queue outbox', 'PERSIST', 'outbox:doctor'),
      right('write the queues of other networks', 'PERSIST', 'probe-doctor-of-another-network:doctor'),
    ],
  }
  return [
    right('change the past of the audit', 'PERSIST', 'audit:log'),
    { command: ['CONFIG', 'GET', 'maxmemory'], to: 'administrate Redis' },
    ...foreign[user],
  ]
}
