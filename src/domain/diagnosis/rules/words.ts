import { cleanText } from '../../hostile-text.ts'
import { endpointAddress } from '../control-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { FindingCode, Remedy } from '../finding.ts'
import { isSeenDirectly } from '../port-facts.ts'

/** Findings that the service does not admit the endpoint, from what was observed at the endpoint's own address. */
export const admissionSymptoms = [
  'allow-list-missing',
  'allow-list-wrong-id',
  'organization-entry-missing',
  'allow-list-not-effective',
] as const satisfies readonly FindingCode[]

/** Findings that an address causes that does not lead to the service. */
export const tlsSymptoms = [
  'tls-large-hello',
  'tls-closed-early',
  'tls-silent',
  'tls-intercepted',
  'tls-wrong-name',
  'tls-expired',
  'clock-skew',
  'tls-alert',
  'not-tls',
  'http-unexpected',
] as const satisfies readonly FindingCode[]

export const networkSymptoms = [
  'network-blocked',
  'network-port-blocked',
  'network-unreachable',
  'network-refused',
  'network-reset-on-connect',
] as const satisfies readonly FindingCode[]

/**
 * Findings that a wrong address causes: all of a connection, or only `/ping`'s where the ports were seen at the endpoint itself. Where the endpoint's address
 * is unknown, the one that DNS leads to was taken for it.
 */
export function atWrongAddress(evidence: Evidence): readonly FindingCode[] {
  if (isSeenDirectly(evidence)) return ['http-unexpected']
  const admission = endpointAddress(evidence) === undefined ? admissionSymptoms : []
  return [...networkSymptoms, ...tlsSymptoms, ...admission]
}

/** Names and addresses come from outside; 253 is the length of the longest DNS name. */
export function shown(text: string | undefined): string {
  return text === undefined ? 'unknown' : cleanText(text, 253)
}

export function listed(items: readonly (string | number)[]): string {
  const words = items.map((item) => shown(String(item)))
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `1 entry`, `3 entries` */
export function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`
}

export function serviceName({ service, host }: Evidence): string {
  return shown(service ?? host)
}

/** A remedy that `allow` carries out: the endpoint is there, and only lists change. */
export function byAllow({ service, network }: Evidence, text: string): Remedy {
  return service === undefined ? { text } : { text, command: `allow ${argument(service)} from ${argument(network)}` }
}

/** A remedy that `setup` carries out. Without the service's name there is no command to give. */
export function bySetup({ service, network }: Evidence, text: string): Remedy {
  return service === undefined ? { text } : { text, command: `setup ${argument(service)} in ${argument(network)}` }
}

/** A remedy after which to diagnose again: waiting, or a change that no command of this bot makes. */
export function thenDiagnose({ service, network }: Evidence, text: string): Remedy {
  return service === undefined ? { text } : { text, command: `diagnose ${argument(service)} from ${argument(network)}` }
}

/** Service names may hold spaces. */
function argument(name: string): string {
  const clean = shown(name)
  return /\s/.test(clean) ? `"${clean}"` : clean
}
