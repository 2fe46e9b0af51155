import type {
  ControlPlane,
  DnsAnswer,
  Evidence,
  Failure,
  NetworkEvidence,
  TlsResult,
} from '../../../../src/domain/diagnosis/evidence.ts'

export const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'
export const address = '10.0.0.4'
export const endpointId = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe-analytics-prod'
export const guid = '3f1c2d4e-0000-4000-8000-000000000001'
export const otherGuid = '77777777-0000-4000-8000-000000000002'

export const answer: DnsAnswer = {
  server: '10.0.0.53',
  rcode: 'NOERROR',
  addresses: [address],
  cnames: [],
  ttl: 300,
  elapsedMs: 4,
}
export const azureSoa = 'azureprivatedns.net'
export const nxdomain: DnsAnswer = { ...answer, rcode: 'NXDOMAIN', addresses: [] }

export const verified: TlsResult = { address, verified: true, bytesRead: 3_000, protocol: 'TLSv1.3', elapsedMs: 9 }
const connected = { address, connected: true, elapsedMs: 2 }

export const networkPlane: NetworkEvidence = {
  resolver: answer,
  'azure-dns': { ...answer, server: '168.63.129.16' },
  address: { dialled: address },
  'tcp:8443': connected,
  'tcp:9440': connected,
  'tls:8443': verified,
  'tls:9440': verified,
  ping: { status: 200, body: 'Ok.\n', elapsedMs: 12 },
}

export const controlPlane: ControlPlane = {
  serviceState: 'running',
  host,
  alias: 'alias-of-analytics',
  endpoint: { id: endpointId, guid, address, connection: 'Approved', alias: 'alias-of-analytics' },
  zone: { id: 'zone', linked: true },
  record: { name: '*', addresses: [address] },
  organizationIds: [guid],
  allowList: [guid],
}

export const healthy: Evidence = { host, service: 'analytics-prod', network: 'prod-westus3', networkPlane, controlPlane }

/** The healthy evidence, with other facts in place of some. `undefined` takes a fact away. */
export function evidence(changes: {
  readonly network?: { readonly [Id in keyof NetworkEvidence]: NetworkEvidence[Id] | undefined } | 'absent'
  readonly control?: { readonly [Key in keyof ControlPlane]?: ControlPlane[Key] | undefined } | 'unknown' | 'not-asked'
  readonly host?: string
}): Evidence {
  const { network = {}, control = {} } = changes
  return {
    host: changes.host ?? host,
    service: 'analytics-prod',
    network: 'prod-westus3',
    ...(network === 'absent' ? { workerAbsent: true } : { networkPlane: merged(networkPlane, network) }),
    ...(control === 'unknown' && { controlPlaneProblem: 'The API key was refused (401).' }),
    ...(typeof control === 'object' && { controlPlane: merged(controlPlane, control) }),
  }
}

function merged<T extends object>(base: T, changes: object): T {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined)) as T
}

/** Nothing could be resolved, so nothing was dialled. */
export function unresolved(resolver: DnsAnswer, azure: DnsAnswer | undefined) {
  return { ...cut, resolver, 'azure-dns': azure, address: { refused: 'no-answer' } } as const
}

/** Resolved to somewhere, and refused. */
export function leadingTo(addresses: readonly string[], azure: readonly string[], refused?: 'outside-prefixes') {
  const dialled = addresses[0] ?? ''
  return {
    ...cut,
    resolver: { ...answer, addresses },
    'azure-dns': { ...answer, addresses: azure },
    ...(refused === undefined
      ? { address: { dialled }, ...tcpFailing({ code: 'ETIMEDOUT', syscall: 'connect', message: 'no answer' }, dialled) }
      : { address: { refused } }),
  } as const
}

const cut = {
  'tcp:8443': undefined,
  'tcp:9440': undefined,
  'tls:8443': undefined,
  'tls:9440': undefined,
  ping: undefined,
} as const

export function tcpFailing(failure: Failure, at = address) {
  const result = { address: at, connected: false, failure, elapsedMs: 3_000 }
  return { ...cut, 'tcp:8443': result, 'tcp:9440': result } as const
}

export function tlsFailing(failure: Failure, rest: Partial<TlsResult> = {}) {
  const result: TlsResult = { address, verified: false, failure, bytesRead: 0, elapsedMs: 2, ...rest }
  return { 'tls:8443': result, 'tls:9440': result, ping: undefined } as const
}

export const reset: Failure = { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' }
export const closed: Failure = {
  code: 'ECONNRESET',
  message: 'Client network socket disconnected before secure TLS connection was established',
}
export const timeout: Failure = { code: 'ETIMEDOUT', syscall: 'connect', message: 'no answer within 3 s' }
export const certificate = {
  subject: 'CN=proxy.corp',
  issuer: 'CN=Corp CA',
  validFrom: '2020-01-01T00:00:00.000Z',
  validTo: '2021-01-01T00:00:00.000Z',
}
