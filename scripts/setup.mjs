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
// What each system's package manager calls things; tried in order.
const managers = [
  {
    command: 'apt-get',
    before: ['update', '-qq'],
    install: ['install', '-y', '-qq', '--no-install-recommends'],
    redis: 'redis-server',
  },
  { command: 'dnf', install: ['install', '-y', '-q'], redis: 'valkey' },
  { command: 'apk', install: ['add', '-q'], redis: 'redis' },
  { command: 'pacman', install: ['-Sy', '--noconfirm'], redis: 'valkey' },
]

// By the system's package manager, where it is allowed. What does not install is missed by whoever needs it.
function install(what, packagesOf) {
  const manager = managers.find(({ command }) => onPath(command))
  const isRoot = process.getuid?.() === 0
  const allowed = isRoot || (onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0)
  const packages = manager === undefined ? [] : packagesOf(manager)
  if (manager === undefined || !allowed || packages.length === 0) return
  const { command, before, install } = manager
  console.error(`Installing ${what} with ${command}…`)
  process.env.DEBIAN_FRONTEND = 'noninteractive'
  for (const args of [before, [...install, ...packages]]) {
    if (args === undefined) continue
    const words = isRoot ? [command, ...args] : ['sudo', '-n', command, ...args]
    const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' })
    if (status !== 0) console.error(`${stdout}${stderr}`)
  }
}

const needsRedis = !process.argv.includes('--without-redis')
if (needsRedis && !process.env.REDIS_URL && !servers.some(onPath)) {
  install('a Redis server', ({ redis }) => [redis])
  if (!servers.some(onPath)) stop('Redis is missing: install redis-server or valkey-server, or set REDIS_URL to one that runs.')
}

// The lab builds a network of its own, which only root may; without these tools it says so and is skipped.
const labTools = { ip: 'iproute2', nft: 'nftables', dnsmasq: 'dnsmasq-base' }
if (process.argv.includes('--lab') && process.getuid?.() === 0) {
  const missing = Object.keys(labTools).filter((tool) => !onPath(tool) && !existsSync(join('/usr/sbin', tool)))
  if (missing.length > 0) {
    install('the tools of the lab', ({ command }) => (command === 'apt-get' ? missing.map((tool) => labTools[tool]) : []))
  }
}

// Checks and tests the alert rules; without it that test says that it is skipped. As root only, and not
// where systemd would start the service that the package brings too.
if (process.argv.includes('--lab') && process.getuid?.() === 0 && !existsSync('/run/systemd/system') && !onPath('promtool')) {
  install('promtool', ({ command }) => (command === 'apt-get' ? ['prometheus'] : []))
}

// The tests of the page, and its pictures, need a browser; without one they say so and are skipped.
const browsers = ['chromium', 'chromium-browser']
if (process.argv.includes('--browser') && !browsers.some(onPath)) install('a browser for the page', () => ['chromium'])

// What the benchmarks compare with.
const benchTools = {
  'prometheus-blackbox-exporter': 'prometheus-blackbox-exporter',
  nslookup: 'bind9-dnsutils',
  openssl: 'openssl',
}
if (process.argv.includes('--bench')) {
  const missing = Object.keys(benchTools).filter((tool) => !onPath(tool))
  if (missing.length > 0) {
    install('what is measured beside', ({ command }) => (command === 'apt-get' ? missing.map((tool) => benchTools[tool]) : []))
  }
}
