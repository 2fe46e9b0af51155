import { createHash } from 'node:crypto'
import { auditIndexKey, auditKeys } from './audit.ts'
import { budgetKey } from './budget.ts'
import { installationKey } from './installation.ts'
import { serverKey } from './last-server.ts'
import { ledgerKeys } from './ledger.ts'
import { limitKey, outboxQueue, probeQueue, queueKey, teamsKey, watchQueue, workQueue } from './queues.ts'
import { diagnosisKey, diagnosisNumberKey, inventoryKeys, messagesKey, seenKey } from './records.ts'
import { surveyKeys, verdictKeys } from './survey.ts'
import { watchesKeys, watchKey } from './watches.ts'

/**
 * Who may do what with which key: the users of Redis, one for each process, made from the keys' own definitions. A diagnostics process has a user for
 * its own network. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */

export type Role = 'bot' | 'jobs' | 'diagnostics' | 'auditor' | 'archivist'

/** `write`: everything that the user's commands allow. A list: these commands and no others. */
type Access = 'write' | 'read' | readonly string[]

/** `keys` is a pattern of Redis, and `what` says what these keys hold. */
export type Row = { readonly keys: string; readonly what: string } & { readonly [role in Role]?: Access }

/** An entry of the audit can be added and read, and not taken away again, but by the archivist. */
const auditRows: readonly Row[] = [
  auditRow(auditKeys.log, 'the audit', ['rpush', 'lindex']),
  auditRow(auditKeys.appended, 'the number of entries of the audit', ['incr', 'get']),
  auditRow(auditKeys.archived, 'what was archived of the audit', ['get']),
  auditRow(auditKeys.former, 'the audit of earlier versions', ['xrange', 'xrevrange', 'xlen']),
  { keys: auditKeys.formerHead, what: 'the newest hash of earlier versions', auditor: 'read', archivist: 'write' },
  auditRow(auditIndexKey('*'), 'the audit of a request', ['rpush', 'lrange']),
]

function auditRow(keys: string, what: string, commands: readonly string[]): Row {
  return { keys, what, bot: commands, jobs: commands, auditor: 'read', archivist: 'write' }
}

/** `network`: that of the diagnostics user. */
function rowsOf(network: string): readonly Row[] {
  return [
    { keys: ledgerKeys.request, what: 'requests', bot: 'write', jobs: 'write' },
    { keys: ledgerKeys.requests, what: 'the lists of requests', bot: 'write', jobs: 'write' },
    { keys: diagnosisKey('*'), what: 'diagnoses', bot: 'write', jobs: 'write' },
    { keys: diagnosisNumberKey, what: 'the number of diagnoses', bot: 'write', jobs: 'write' },
    { keys: watchesKeys.all, what: 'the list of watches', bot: 'write', jobs: 'write' },
    { keys: watchesKeys.number, what: 'the number of watches', bot: 'write' },
    { keys: watchKey('*'), what: 'watches', bot: 'write', jobs: 'write' },

    { keys: messagesKey('*'), what: 'which messages show what', bot: 'write', jobs: ['del'] },
    { keys: seenKey('*', '*'), what: 'what chat has sent before', bot: 'write' },
    { keys: limitKey('*'), what: 'limits and paces', bot: 'write' },
    { keys: teamsKey('*'), what: 'what Teams said of people and places', bot: 'write' },
    { keys: installationKey, what: 'the id of this installation', jobs: 'write' },
    { keys: serverKey, what: 'which Redis server answered last', bot: 'write' },
    { keys: inventoryKeys.inventory, what: 'the inventory', bot: 'read', jobs: 'write' },
    { keys: inventoryKeys.learned, what: 'learned names', bot: 'read', jobs: 'write' },
    { keys: surveyKeys.survey, what: 'the survey', bot: 'read', jobs: 'write' },
    { keys: surveyKeys.names, what: 'private names', bot: 'read', jobs: 'write' },
    { keys: verdictKeys.verdicts, what: 'verdicts', bot: 'read', jobs: 'write' },
    { keys: verdictKeys.healthy, what: 'when a service was last healthy', jobs: 'write' },
    { keys: `${budgetKey}:*`, what: 'the budget of API calls', jobs: 'write' },
    { keys: queueKey(workQueue, '*'), what: 'the queue of work', bot: 'write', jobs: 'write' },
    { keys: queueKey(watchQueue, '*'), what: 'the queue of watches', bot: 'write', jobs: 'write' },
    { keys: queueKey(outboxQueue, '*'), what: 'the queue of the outbox', bot: 'write', jobs: 'write' },
    { keys: queueKey(probeQueue('*'), '*'), what: 'the queues of the diagnostics workers', jobs: 'write' },
    { keys: queueKey(probeQueue(network), '*'), what: 'the queue of its network', diagnostics: 'write' },
    ...auditRows,
  ]
}

/** The scripts that change keys of several rows, each with what it may name: a command needs one rule that allows all of its keys. */
const scripts: readonly { readonly roles: readonly Role[]; readonly keys: readonly string[] }[] = [
  { roles: ['bot', 'jobs'], keys: [ledgerKeys.request, ledgerKeys.requests, ...auditRows.map(({ keys }) => keys)] },
]

/** What nobody needs: commands for operators, and what names keys or shares scripts with others. INFO tells the queues which Redis it is. */
const notForProcesses = '-@admin -@dangerous -script|flush -function -fcall -fcall_ro -scan -randomkey -select +info'

/** By which a client of a cluster finds the node of a key. */
const findsKeys = '+cluster|slots +cluster|info'

const commandsOf: Readonly<Record<Role, string>> = {
  bot: `-@all +@all ${notForProcesses}`,
  jobs: `-@all +@all ${notForProcesses}`,
  diagnostics: `-@all +@all ${notForProcesses}`,
  auditor: `-@all +@read +@connection ${findsKeys} ${notForProcesses}`,
  archivist: `-@all +@read +@connection ${findsKeys} +eval +set +xtrim +ltrim +lpop ${notForProcesses}`,
}

/** Names of networks, as the configuration has them. Anything else could be a rule. */
const networkName = /^[\w.-]+$/

export function isNetworkName(name: string): boolean {
  return networkName.test(name)
}

/** The names of the users that these networks need. */
export function usersOf(networks: readonly string[]): readonly string[] {
  return ['bot', 'jobs', ...networks.map(diagnosticsUser), 'auditor', 'archivist', 'admin']
}

/** A user for the diagnostics workers of one network. */
function diagnosticsUser(network: string): string {
  return `diagnostics-${network}`
}

/**
 * The lines of a Redis `aclfile`. A user has the passwords that are given for it, of which only the SHA-256 is written; without any, nobody can be that
 * user. The user `health` needs none, and may send PING. `admin` may do everything: without it nobody could load these lines again. Throws where a
 * network's name is no name.
 */
export function aclLines(
  networks: readonly string[],
  passwords: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly string[] {
  const wrong = networks.find((network) => !isNetworkName(network))
  if (wrong !== undefined) throw new Error(`"${wrong}" is no name of a network: it may hold letters, digits, ".", "_" and "-".`)
  const hashesOf = (user: string): readonly string[] =>
    (passwords.get(user) ?? []).map((password) => `#${createHash('sha256').update(password).digest('hex')}`)
  const line = (user: string, role: Role, network = ''): string =>
    ['user', user, 'on', ...hashesOf(user), 'resetchannels', commandsOf[role], 'resetkeys', ...rulesOf(role, network)].join(' ')
  return [
    // Nobody can be it. Its rights are for Redis itself, which reads its append-only file as this user, and else leaves out every transaction
    // (https://github.com/redis/redis/issues/14541).
    'user default off allchannels allkeys +@all',
    line('bot', 'bot'),
    line('jobs', 'jobs'),
    ...networks.map((network) => line(diagnosticsUser(network), 'diagnostics', network)),
    line('auditor', 'auditor'),
    line('archivist', 'archivist'),
    ['user', 'admin', 'on', ...hashesOf('admin'), 'allchannels', 'allkeys', '+@all'].join(' '),
    'user health on nopass resetchannels -@all +ping resetkeys',
  ]
}

function rulesOf(role: Role, network: string): readonly string[] {
  const rows = rowsOf(network).flatMap((row) => {
    const access = row[role]
    return access === undefined ? [] : [{ keys: row.keys, access }]
  })
  const plain = rows.flatMap(({ keys, access }) => (access === 'write' ? [`~${keys}`] : access === 'read' ? [`%R~${keys}`] : []))
  const listed = rows.flatMap(({ keys, access }) =>
    typeof access === 'string' ? [] : [`(${access.map((command) => `+${command}`).join(' ')} ~${keys})`],
  )
  const shared = scripts
    .filter(({ roles }) => roles.includes(role))
    .map(({ keys }) => `(+eval ${keys.map((each) => `~${each}`).join(' ')})`)
  return [...new Set([...plain, ...listed, ...shared])]
}
