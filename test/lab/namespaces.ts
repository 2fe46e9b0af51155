import { execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The addresses of the lab: those of a real virtual network. */
export const addresses = {
  client: '10.0.0.10',
  endpoint: '10.0.0.4',
  foreign: '10.0.0.9',
  resolver: '10.0.0.53',
  secondResolver: '10.0.0.54',
  azureDns: '168.63.129.16',
  clientIpv6: 'fd00:1ab::10',
  resolverIpv6: 'fd00:1ab::53',
  clientLinkLocal: 'fe80::10',
  resolverLinkLocal: 'fe80::53',
} as const

const needed = ['ip', 'nft', 'dnsmasq'] as const

/** Why there can be no lab on this machine; nothing when there can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs Linux and root'
  const missing = needed.filter((tool) => spawnSync(tool, ['-V']).error !== undefined)
  if (missing.length > 0) return `${missing.join(', ')} is not installed`
  const name = `pltry${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0
  if (made) spawnSync('ip', ['netns', 'del', name])
  return made ? undefined : 'this machine allows no network namespaces'
}

/** Two network namespaces with a cable between them: a machine of the virtual network, and everything else that lives there. */
export interface Lab {
  readonly client: string
  readonly cloud: string
  /** The client's end of the cable, an interface. */
  readonly cable: { readonly name: string; readonly index: number }
  /** Runs a program in a namespace. */
  spawn(namespace: string, words: readonly string[], options?: SpawnOptions): ReturnType<typeof spawn>
  /** What the client's C library reads. */
  resolvConf(text: string): void
  hosts(text: string): void
  /** Packets of the cloud that match are dropped, silently, until told otherwise; nothing lets all through. */
  drop(...matches: readonly string[]): void
  ip(namespace: string, ...words: readonly string[]): void
  close(): void
}

export function openLab(): Lab {
  const id = process.pid % 100_000
  const [client, cloud] = [`plclient${id}`, `plcloud${id}`]
  const files = join('/etc/netns', client)
  const ip = (namespace: string, ...words: readonly string[]) => run('ip', ['-n', namespace, ...words])
  mkdirSync(files, { recursive: true })
  for (const name of [client, cloud]) run('ip', ['netns', 'add', name])
  const [here, there] = [`plv_${id}a`, `plv_${id}b`]
  run('ip', ['link', 'add', here, 'netns', client, 'type', 'veth', 'peer', 'name', there, 'netns', cloud])
  for (const name of [client, cloud]) ip(name, 'link', 'set', 'lo', 'up')
  ip(client, 'address', 'add', `${addresses.client}/24`, 'dev', here)
  for (const address of [addresses.endpoint, addresses.foreign, addresses.resolver, addresses.secondResolver])
    ip(cloud, 'address', 'add', `${address}/24`, 'dev', there)
  ip(cloud, 'address', 'add', `${addresses.azureDns}/32`, 'dev', there)
  const ipv6 = [
    [client, here, addresses.clientIpv6],
    [client, here, addresses.clientLinkLocal],
    [cloud, there, addresses.resolverIpv6],
    [cloud, there, addresses.resolverLinkLocal],
  ] as const
  // Without a search for duplicates, which keeps an address from use for seconds.
  for (const [name, device, address] of ipv6) ip(name, 'address', 'add', `${address}/64`, 'dev', device, 'nodad')
  ip(client, 'link', 'set', here, 'up')
  ip(cloud, 'link', 'set', there, 'up')
  ip(client, 'route', 'add', `${addresses.azureDns}/32`, 'dev', here)
  run('ip', ['netns', 'exec', cloud, 'nft', 'add table inet lab; add chain inet lab in { type filter hook input priority 0; }'])
  const file = (name: string) => (text: string) => writeFileSync(join(files, name), text)
  const lab: Lab = {
    client,
    cloud,
    cable: {
      name: here,
      index: Number.parseInt(execFileSync('ip', ['-n', client, '-o', 'link', 'show', 'dev', here], { encoding: 'utf8' }), 10),
    },
    ip,
    spawn: (namespace, words, options = {}) => spawn('ip', ['netns', 'exec', namespace, ...words], options),
    resolvConf: file('resolv.conf'),
    hosts: file('hosts'),
    drop(...matches) {
      const rules = matches.map((match) => `add rule inet lab in ${match} drop`)
      run('ip', ['netns', 'exec', cloud, 'nft', ['flush chain inet lab in', ...rules].join('; ')])
    },
    close() {
      for (const name of [client, cloud]) spawnSync('ip', ['netns', 'del', name])
      rmSync(files, { recursive: true, force: true })
    },
  }
  lab.resolvConf(`nameserver ${addresses.resolver}\n`)
  lab.hosts('127.0.0.1 localhost\n')
  return lab
}

function run(program: string, words: readonly string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] })
}
