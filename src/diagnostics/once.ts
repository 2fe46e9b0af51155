import { isIPv4 } from 'node:net'
import { ConfigError } from '../config/environment.ts'
import { onceConfig, presetResolver } from '../config.ts'
import type { Evidence, NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { isPrivateName, isPublicName } from '../domain/diagnosis/host-kinds.ts'
import { judge } from '../domain/diagnosis/judge.ts'
import { rules } from '../domain/diagnosis/rules/all.ts'
import { type Asked, readArguments, usage } from './arguments.ts'
import { createBounds, isHostName } from './bounds.ts'
import { resolve } from './checks/resolver.ts'
import { resolverOptions } from './dns/system-resolver.ts'
import { meantHost, publicForm } from './meant-host.ts'
import { createProbe, type ProbeSettings } from './probe.ts'
import { reportText } from './report-text.ts'

/** `npm run diagnose -- HOST` runs the checks once from this machine; it needs no Redis and no credentials. */

const healthy = 0
const faulty = 1
const notRun = 2

presetResolver(resolverOptions)
const status = await run(process.argv.slice(2)).catch((error: unknown) => refuse(String(error)))
// Exits at once: a DNS lookup that hangs would keep the process alive for seconds.
process.stdout.write('', () => process.exit(status))

async function run(words: readonly string[]): Promise<number> {
  let asked: Asked | 'help'
  try {
    asked = readArguments(words)
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
  if (asked === 'help') {
    process.stdout.write(usage)
    return healthy
  }
  const { host, expectedAddress } = asked
  if (!isHostName(host))
    return refuse(`"${host}" is not a host name. Name the service's private host, as the ClickHouse Cloud API has it.`)
  if (expectedAddress !== undefined && !isIPv4(expectedAddress))
    return refuse(`--expect-ip ${expectedAddress} is not an IPv4 address.`)
  try {
    return await diagnose(asked)
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error.message)
    throw error
  }
}

async function diagnose({ host, expectedAddress, json, ...flags }: Asked): Promise<number> {
  const { network, ...settings } = onceConfig(flags)
  const startedAt = performance.now()
  const nearestHost = meantHost(host, settings.hostSuffixes)
  const { signal } = new AbortController()
  const isPermitted = createBounds(settings).permitsHost(host)
  const isPublic = isPublicHost(host, settings.hostSuffixes)
  if (!isPermitted && !isPublic && nearestHost === undefined) return refuse(strange(host, settings.hostSuffixes))
  const looked = isPermitted
    ? { networkPlane: await createProbe(settings)({ host, expectedAddress }, signal) }
    : {
        hostRefused: true as const,
        ...(nearestHost !== undefined && { nearestHost }),
        ...(isPublic && { networkPlane: await resolveOnly(host, settings, signal) }),
      }
  const evidence: Evidence = { host, network, ...(expectedAddress !== undefined && { expectedAddress }), ...looked }
  const { findings, ...verdict } = judge(rules, evidence)
  const elapsedMs = Math.round(performance.now() - startedAt)
  const report = { host, network, verdict, findings, evidence: evidence.networkPlane ?? {}, elapsedMs }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(evidence, { ...verdict, findings }, elapsedMs))
  return verdict.code === 'healthy' ? healthy : faulty
}

/** Whether `host` is the public name of a service: of ClickHouse Cloud, or as a private one of these suffixes without the label `privatelink`. */
function isPublicHost(host: string, suffixes: readonly string[]): boolean {
  const own = suffixes.filter((suffix) => isPrivateName(suffix) && !suffix.endsWith('.clickhouse.cloud'))
  return isPublicName(host) || (!isPrivateName(host) && own.some((suffix) => host.endsWith(publicForm(suffix))))
}

function strange(host: string, suffixes: readonly string[]): string {
  const ends = suffixes.map((suffix) => `SERVICE.REGION.${suffix.replace(/^\./, '')}`).join(' or ')
  return `"${host}" is neither the private host of a service (${ends}) nor a public one, so nothing was asked about it. Name the service's private host, as ClickHouse Cloud shows it.`
}

/** Asks DNS only and connects to nothing: a public name leads outside the permitted prefixes. */
async function resolveOnly(host: string, settings: ProbeSettings, signal: AbortSignal): Promise<NetworkEvidence> {
  const { permitsAddress } = createBounds(settings)
  const resolver = await resolve(settings.resolver, host, signal)
  if (resolver === undefined) return {}
  const isOutside = resolver.addresses.length > 0 && !resolver.addresses.some((address) => permitsAddress(address, 8443))
  return { resolver, ...(isOutside && { address: { refused: 'outside-prefixes' } }) }
}

function refuse(words: string): number {
  process.stderr.write(`${words.trimEnd()}\n`)
  return notRun
}
