import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { FindingCode } from '../../src/domain/diagnosis/finding.ts'
import type { LabState } from './cloud.ts'
import { addresses, type Lab, openLab } from './namespaces.ts'

export const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'

const dnsmasqSettings = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--bind-interfaces', '--user=root', '--pid-file=']

/** What the one-shot command prints with `--json`. */
export interface Report {
  readonly verdict: { readonly code: FindingCode; readonly detail: string; readonly remedy: { readonly text: string } }
  readonly findings: readonly { readonly code: FindingCode }[]
  readonly evidence: Readonly<Record<string, unknown>>
  readonly elapsedMs: number
}

/** The lab with the simulated cloud and the network's own resolver running in it. */
export interface Stage {
  readonly lab: Lab
  /** The certificate of the cloud's authority. */
  readonly authority: string
  /** The cloud is so from now on. */
  become(state: LabState): Promise<void>
  /** dnsmasq in place of the one that runs; it forwards everything to Azure DNS unless told otherwise. */
  startResolver(...more: readonly string[]): Promise<void>
  stopResolver(): Promise<void>
  /** Another process, until `reset`; resolves with its first line on standard error. */
  start(namespace: string, command: readonly [string, ...string[]]): Promise<void>
  /** Another dnsmasq. */
  startAnother(namespace: string, address: string, ...words: readonly string[]): Promise<void>
  /** The one-shot command on the client machine, with nothing but its defaults. */
  diagnose(...words: readonly string[]): Promise<Report>
  /** No rules, no resolvers, and the usual files. */
  reset(): Promise<void>
  close(): void
}

export async function openStage(): Promise<Stage> {
  const lab = openLab()
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-lab-'))
  const authority = join(folder, 'ca.pem')
  const cloud = lab.spawn(lab.cloud, [process.execPath, 'test/lab/cloud.ts', authority], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (cloud.stdout === null) throw new Error('The cloud has no output.')
  const answers = createInterface(cloud.stdout)
  await once(answers, 'line')
  let resolver: ChildProcess | undefined
  let others: ChildProcess[] = []

  async function become(state: LabState): Promise<void> {
    const answered = once(answers, 'line')
    cloud.stdin?.write(`${JSON.stringify(state)}\n`)
    await answered
  }

  async function startResolver(...more: readonly string[]): Promise<void> {
    await stopResolver()
    const where = [`--listen-address=${addresses.resolver}`, `--server=${addresses.azureDns}`, '--log-facility=-']
    resolver = lab.spawn(lab.cloud, ['dnsmasq', ...dnsmasqSettings, ...where, ...more], { stdio: ['ignore', 'ignore', 'pipe'] })
    if (resolver.stderr !== null) await once(createInterface(resolver.stderr), 'line')
  }

  async function start(namespace: string, command: readonly [string, ...string[]]): Promise<void> {
    const child = lab.spawn(namespace, command, { stdio: ['ignore', 'ignore', 'pipe'] })
    others.push(child)
    if (child.stderr !== null) await once(createInterface(child.stderr), 'line')
  }

  async function startAnother(namespace: string, address: string, ...words: readonly string[]): Promise<void> {
    await start(namespace, ['dnsmasq', ...dnsmasqSettings, `--listen-address=${address}`, '--log-facility=-', ...words])
  }

  async function stopResolver(): Promise<void> {
    if (resolver === undefined) return
    const ended = once(resolver, 'close')
    resolver.kill('SIGKILL')
    await ended
    resolver = undefined
  }

  function diagnose(...words: readonly string[]): Promise<Report> {
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: authority }
    // In a /run of its own, where systemd-resolved says which servers its stub asks.
    const [first, ...rest] = words
    const upstream = `mount -t tmpfs none /run && mkdir -p /run/systemd/resolve && echo nameserver ${addresses.resolver} > /run/systemd/resolve/resolv.conf && exec "$@"`
    const inside = first === '--upstream' ? ['sh', '-c', upstream, 'sh'] : []
    const options = first === '--upstream' ? rest : words
    const command = [
      'netns',
      'exec',
      lab.client,
      ...inside,
      process.execPath,
      'src/diagnostics/once.ts',
      host,
      '--json',
      ...options,
    ]
    return new Promise((resolve, reject) => {
      execFile('ip', command, { env }, (error, out, err) => {
        if (error !== null && error.code !== 1) reject(new Error(`${error.message}\n${err}`))
        else resolve(JSON.parse(out))
      })
    })
  }

  return {
    lab,
    authority,
    become,
    startResolver,
    stopResolver,
    start,
    startAnother,
    diagnose,
    async reset() {
      lab.drop()
      lab.hosts('127.0.0.1 localhost\n')
      lab.resolvConf(`nameserver ${addresses.resolver}\n`)
      await stopResolver()
      for (const child of others) {
        const ended = once(child, 'close')
        child.kill('SIGKILL')
        await ended
      }
      others = []
    },
    close() {
      cloud.kill('SIGKILL')
      lab.close()
      rmSync(folder, { recursive: true })
    },
  }
}
