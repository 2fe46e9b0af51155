import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { aclLines, usersOf } from '../redis/access.ts'
import { parsePasswords } from './passwords.ts'
import { writeSecrets } from './secrets.ts'

/**
 * `npm run acl -- --network NAME… [--passwords FILE]` prints the users of Redis and their rights, one a line, for its `aclfile`. FILE holds `USER PASSWORD`
 * lines, `-` is standard input; a user may have several. `--write FOLDER [--redis HOST:PORT]` makes passwords instead, and writes `redis-users.acl` and
 * for each user the address with its password. Exit status 2: it could not be done.
 */

const usage = `Usage:
  npm run acl -- --network NAME… [--passwords FILE|-]
  npm run acl -- --network NAME… --write FOLDER [--redis HOST:PORT]
`

process.exitCode = run()

function run(): 0 | 2 {
  try {
    const { networks, passwords, folder, redis } = readArguments()
    if (networks.length === 0 || (folder !== undefined && passwords !== undefined))
      throw new Error('Which networks, and which passwords?')
    if (folder !== undefined) {
      for (const line of writeSecrets(folder, networks, redis)) process.stderr.write(`${line}\n`)
      return 0
    }
    const text = passwords === undefined ? '' : readFileSync(passwords === '-' ? 0 : passwords, 'utf8')
    process.stdout.write(`${aclLines(networks, parsePasswords(text, usersOf(networks))).join('\n')}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', multiple: true, default: [] },
      passwords: { type: 'string' },
      write: { type: 'string' },
      redis: { type: 'string', default: 'redis:6379' },
    },
  })
  return { networks: values.network, passwords: values.passwords, folder: values.write, redis: values.redis }
}
