import { type Checkup, type CheckupResult, fail, ok, skipped, warn } from '../domain/checkup.ts'
import type { Connection } from '../redis/connection.ts'
import { factsOf, type RedisFacts, refusedOf, serversOf, userOf } from '../redis/inspect.ts'
import { excessOf, type RedisUser, rightsOf } from '../redis/rights.ts'
import { watchCertificates } from './redis-certificates.ts'

/** The oldest Redis that has what the bot uses: selectors of access lists. Every Valkey has it. */
const oldestMajor = 7

/** Redis: whether it answers, what it is, whether it keeps what it is told, and what each process that is here may do. */
export function redisCheckup(redis: Connection, users: readonly RedisUser[], network?: string): Checkup {
  const certificates = watchCertificates(redis)
  return {
    group: 'Redis',
    name: 'Redis',
    async run() {
      let facts: readonly RedisFacts[]
      try {
        facts = await Promise.all((await serversOf(redis)).map(factsOf))
      } catch (error) {
        return [certificates() ?? unusable(error)]
      }
      const rights = await Promise.all(users.map((user) => rightsResults(redis, user, network)))
      return [...onceEach(facts.flatMap(factResults)), ...rights.flat()]
    },
  }
}

/** What several servers of a cluster have in common is told once. */
function onceEach(results: readonly CheckupResult[]): readonly CheckupResult[] {
  return [...new Map(results.map((result) => [result.text, result])).values()]
}

/** Redis did not even say what it is. */
function unusable(error: unknown): CheckupResult {
  const said = error instanceof Error ? error.message : ''
  if (/WRONGPASS|NOAUTH|invalid username-password/i.test(said))
    return fail(
      'redis-refuses-user',
      'Redis refuses the user or the password in REDIS_URL.',
      'Whoever runs Redis: compare REDIS_URL with the access list that Redis has loaded, and load it again where it differs.',
    )
  if (/NOPERM/.test(said))
    return fail(
      'redis-rights-missing',
      'The user in REDIS_URL may not ask Redis for its state (INFO).',
      'Whoever runs Redis: load the users that `npm run acl` writes.',
    )
  return fail(
    'redis-unreachable',
    'Redis does not answer at the address in REDIS_URL.',
    'Whoever runs Redis: check that it runs, and that its address, port, TLS and firewall let this machine in.',
  )
}

function factResults({ server, version, eviction, appendOnly, isWritten, isMaster }: RedisFacts): readonly CheckupResult[] {
  const name = server === 'valkey' ? 'Valkey' : 'Redis'
  const major = Number(version?.split('.')[0])
  const results: CheckupResult[] = []
  if (version === undefined) results.push(skipped('redis-version', `${name} does not say its version.`))
  else if (server === 'redis' && major < oldestMajor)
    results.push(
      fail(
        'redis-too-old',
        `Redis ${version} is too old: the users of redis-users.acl need Redis ${oldestMajor}.`,
        'Whoever runs Redis: upgrade it to Redis 7 or newer, or to Valkey.',
      ),
    )
  else results.push(ok('redis-version', `${name} ${version} answers`))
  if (isMaster === false)
    results.push(
      fail(
        'redis-read-only',
        'REDIS_URL leads to a replica, which takes no writes.',
        'Whoever runs Redis: let REDIS_URL name the primary, or an address that follows it.',
      ),
    )
  if (eviction === undefined)
    results.push(skipped('redis-eviction', `${name} does not say its maxmemory-policy: it has to be noeviction.`))
  else if (eviction !== 'noeviction')
    results.push(
      fail(
        'redis-evicts',
        `Redis drops keys when its memory is full (maxmemory-policy ${eviction}): requests and the audit would be lost.`,
        'Whoever runs Redis: set maxmemory-policy noeviction.',
      ),
    )
  else results.push(ok('redis-eviction', 'drops nothing when it is full'))
  if (appendOnly === undefined)
    results.push(skipped('redis-persistence', `${name} does not say whether it keeps an append-only file.`))
  else if (!appendOnly)
    results.push(
      warn(
        'redis-not-persistent',
        'Redis keeps no append-only file: what was decided since its last snapshot is lost when it restarts.',
        'Whoever runs Redis: set appendonly yes, and appendfsync always against power cuts.',
      ),
    )
  else results.push(ok('redis-persistence', 'keeps an append-only file'))
  if (isWritten === false)
    results.push(
      fail(
        'redis-cannot-save',
        'Redis could not write its last snapshot or its append-only file.',
        'Whoever runs Redis: look at its log and at the space left on its disk.',
      ),
    )
  return results
}

async function rightsResults(redis: Connection, user: RedisUser, network?: string): Promise<readonly CheckupResult[]> {
  const tried = excessOf(user)
  const [name, missing, refused] = await Promise.all([
    userOf(redis).catch(() => 'the user in REDIS_URL'),
    refusedOf(redis, rightsOf(user, network)),
    refusedOf(redis, tried),
  ])
  const excess = tried.filter((right) => !refused.includes(right))
  const list = (rights: readonly { readonly to: string }[]) => [...new Set(rights.map(({ to }) => to))].join('; ')
  const generated = 'Whoever runs Redis: load the users that `npm run acl` writes'
  const results: CheckupResult[] = []
  if (missing.length > 0)
    results.push(
      fail(
        'redis-rights-missing',
        `User ${name} may not do what ${user} has to: ${list(missing)}.`,
        `${generated}, and give ${user} its own in REDIS_URL.`,
      ),
    )
  if (excess.length > 0)
    results.push(
      warn(
        'redis-rights-excess',
        `User ${name} may do more than ${user} needs: ${list(excess)}.`,
        `${generated}, and give ${user} its own in REDIS_URL.`,
      ),
    )
  return results.length > 0
    ? results
    : [ok('redis-rights', `user ${name} may do what ${user} does, and nothing else that was tried`)]
}
