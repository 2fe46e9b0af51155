// Installs what is missing before anything else can run: the dependencies with the pinned Node, and a Redis server. Plain JavaScript for the system's
// Node, whatever its version, and without dependencies. Says nothing when there is nothing to do.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  return error === undefined && status === 0
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, command)))
}

function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}

function modifiedAt(file) {
  return existsSync(join(root, file)) ? statSync(join(root, file)).mtimeMs : 0
}

// npm writes node_modules/.package-lock.json at the end of an install. Not `npm ci`: a registry may lack the optional packages of other platforms.
if (
  modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json') ||
  !existsSync(join(root, 'node_modules/.bin/node'))
) {
  console.error('Installing dependencies…')
  if (!run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']))
    stop('The dependencies could not be installed: see npm’s message above.')
}
if (spawnSync(join(root, 'node_modules/.bin/node'), ['--version']).status !== 0) {
  stop('The pinned Node did not install. Its package needs its install script: run `npm install` without --ignore-scripts.')
}

const servers = ['redis-server', 'valkey-server']
// Each with the package that brings a server; tried in order.
const managers = [
  [
    'apt-get',
    [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
    ],
  ],
  ['dnf', [['install', '-y', '-q', 'valkey']]],
  ['apk', [['add', '-q', 'redis']]],
  ['pacman', [['-Sy', '--noconfirm', 'valkey']]],
]

const needsRedis = !process.argv.includes('--without-redis')
if (needsRedis && !process.env.REDIS_URL && !servers.some(onPath)) {
  const manager = managers.find(([command]) => onPath(command))
  const root = process.getuid?.() === 0
  const allowed = root || (onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0)
  if (manager !== undefined && allowed) {
    const [command, calls] = manager
    console.error(`Installing a Redis server with ${command}…`)
    process.env.DEBIAN_FRONTEND = 'noninteractive'
    for (const args of calls) {
      const { status, stdout, stderr } = spawnSync(root ? command : 'sudo', root ? args : ['-n', command, ...args], {
        encoding: 'utf8',
      })
      if (status !== 0) console.error(`${stdout}${stderr}`)
    }
  }
  if (!servers.some(onPath)) stop('Redis is missing: install redis-server or valkey-server, or set REDIS_URL to one that runs.')
}
