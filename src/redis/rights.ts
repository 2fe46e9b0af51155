import { type Role, type Row, rowsOf } from './access.ts'
import type { Command } from './inspect.ts'
import { prefix } from './queues.ts'

/**
 * For each process, commands that stand for what its Redis user must be able to do, and for what it has no business with. None of them would change
 * anything that counts if it were carried out: PERSIST needs the right to write.
 */

export type RedisUser = Exclude<Role, 'auditor'>

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

const audit = [
  right('append to the audit', 'XADD', key('audit:entries'), '0-0', 'f', ''),
  right('read the audit', 'XRANGE', key('audit:entries'), '-', '+', 'COUNT', '1'),
  right('read the audit’s newest hash', 'GET', key('audit:head')),
  right('write the audit’s newest hash', 'SET', key('audit:head'), '', 'NX', 'PX', '1'),
  right('append to the audit of a request', 'RPUSH', key('audit:of:doctor'), ''),
  right('read the audit of a request', 'LRANGE', key('audit:of:doctor'), '0', '0'),
  right(
    'change a request together with its audit',
    'EVAL',
    'return 1',
    '3',
    key('request:doctor'),
    key('requests:open'),
    key('audit:entries'),
  ),
]

const info = right('ask Redis for its state', 'INFO')

/** What the process does. `network`: of a diagnostics process. */
export function rightsOf(user: RedisUser, network = ''): readonly Right[] {
  const rows = rowsOf(network).flatMap((row): readonly Right[] => {
    const access = row[user]
    if (access === 'write') return [right(`write ${row.what}`, 'PERSIST', sampleOf(row))]
    return access === 'read' ? [right(`read ${row.what}`, 'GET', sampleOf(row))] : []
  })
  return [info, ...rows, ...(user === 'diagnostics' ? [] : audit)]
}

/** A key of the row that nothing else uses, where the row has more than one. */
function sampleOf({ keys }: Row): string {
  return keys.replaceAll('*', 'doctor')
}

const changeAudit = right('change the past of the audit', 'PERSIST', key('audit:entries'))
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
