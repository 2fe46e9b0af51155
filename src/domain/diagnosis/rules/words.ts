import { cleanText } from '../../hostile-text.ts'
import type { Evidence } from '../evidence.ts'
import type { FindingCode, Remedy } from '../finding.ts'
import { isSeenDirectly } from '../port-facts.ts'

/** That the service does not admit the endpoint: judged only by what was seen at the endpoint's own address. */
export const admissionSymptoms = [
  'allow-list-missing',
  'allow-list-wrong-id',
  'organization-entry-missing',
  'allow-list-not-effective',
] as const satisfies readonly FindingCode[]

/** What fails behind an address that does not lead to the service, whatever the reason. */
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

/** What fails where the name leads is a symptom. What fails at the endpoint itself is a cause of its own; only `/ping` was not asked there. */
export function atWrongAddress(evidence: Evidence): readonly FindingCode[] {
  return isSeenDirectly(evidence) ? ['http-unexpected'] : [...networkSymptoms, ...tlsSymptoms]
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

/** For what mends itself, or what somebody mends elsewhere: look again afterwards. */
export function thenDiagnose({ service, network }: Evidence, text: string): Remedy {
  return service === undefined ? { text } : { text, command: `diagnose ${argument(service)} from ${argument(network)}` }
}

/** Service names may hold spaces. */
function argument(name: string): string {
  const clean = shown(name)
  return /\s/.test(clean) ? `"${clean}"` : clean
}
