import { type Role, type Row, rowsOf } from './access.ts'
import { auditKeys } from './audit.ts'
import type { Command } from './inspect.ts'
import { prefix } from './queues.ts'

/**
 * For each process, commands that stand for what its Redis user must be able to do, and for what it has no business with. None of them would change
 * anything that counts if it were carried out: PERSIST needs the right to write.
 */

export type RedisUser = Exclude<Role, 'auditor' | 'archivist'>

/** A command, and what it is for, in words that complete "may not …". */
export interface Right {
  readonly command: Command
  readonly to: string
}

const key = (name: string) => `${prefix}:${name}`
const right = (to: string, ...command: Command): Right => ({ command, to })
const queueOf = (queue: string) => right(`use the queue ${queue}`, 'PERSIST', key(`${queue}:doctor`))
const readOf = (name: string, what: string) => right(`read ${what}`, 'GET', key(name))
const writeOf = (name: string, what: string) => right(`write ${what}`, 'PERSIST', key(name))

/** What follows the key where a command needs more. */
const operands: Readonly<Record<string, readonly string[]>> = {
  rpush: [''],
  lindex: ['-1'],
  lrange: ['0', '0'],
  xrange: ['-', '+', 'COUNT', '1'],
  xrevrange: ['+', '-', 'COUNT', '1'],
}

const changeWithAudit = right(
  'change a request together with its audit',
  ...(['EVAL', 'return 1', '3', key('request:doctor'), key('requests:open'), auditKeys.log] as const),
)

const info = right('ask Redis for its state', 'INFO')

/** What the process does. `network`: of a diagnostics process. */
export function rightsOf(user: RedisUser, network = ''): readonly Right[] {
  const rows = rowsOf(network).flatMap((row): readonly Right[] => {
    const access = row[user]
    if (access === 'write') return [right(`write ${row.what}`, 'PERSIST', sampleOf(row))]
    if (access === 'read') return [right(`read ${row.what}`, 'GET', sampleOf(row))]
    return (access ?? []).map((name) =>
      right(`use ${name.toUpperCase()} on ${row.what}`, name, sampleOf(row), ...(operands[name] ?? [])),
    )
  })
  return [info, ...rows, ...(user === 'diagnostics' ? [] : [changeWithAudit])]
}

/** A key of the row that nothing else uses, where the row has more than one. */
function sampleOf({ keys }: Row): string {
  return keys.replaceAll('*', 'doctor')
}

const changeAudit = right('change the past of the audit', 'PERSIST', auditKeys.log)
const administrate = right('administrate Redis', 'CONFIG', 'GET', 'maxmemory')

/** What the process never does. */
export function excessOf(user: RedisUser): readonly Right[] {
  const foreign: Readonly<Record<RedisUser, readonly Right[]>> = {
    bot: [queueOf('probe-doctor'), writeOf('inventory', 'the inventory')],
    jobs: [readOf('messages:doctor', 'which messages show what'), readOf('teams:doctor', 'what Teams said of people and places')],
    diagnostics: [readOf('request:doctor', 'requests'), queueOf('outbox'), queueOf('probe-doctor-of-another-network')],
  }
  return [changeAudit, administrate, ...foreign[user]]
}
