import type { Evidence } from './evidence.ts'

/** User-visible and never renamed. */
export type FindingCode =
  | 'dns-zone-absent'
  | 'dns-zone-not-linked'
  | 'dns-record-absent'
  | 'dns-record-masked'
  | 'dns-record-stale'
  | 'dns-record-shadowed'
  | 'dns-cache-stale'
  | 'dns-negative-cached'
  | 'dns-answer-filtered'
  | 'dns-servers-disagree'
  | 'dns-forwarder-missing'
  | 'dns-server-failing'
  | 'dns-hosts-override'
  | 'dns-search-domain'
  | 'dns-public-address'
  | 'dns-several-addresses'
  | 'dns-dangling-cname'
  | 'dns-ipv6-answer'
  | 'dns-ipv6-failing'
  | 'host-public'
  | 'host-unknown'
  | 'endpoint-pending'
  | 'endpoint-rejected'
  | 'endpoint-disconnected'
  | 'endpoint-other-service'
  | 'network-blocked'
  | 'network-port-blocked'
  | 'network-unreachable'
  | 'network-refused'
  | 'network-reset-on-connect'
  | 'allow-list-missing'
  | 'allow-list-wrong-id'
  | 'organization-entry-missing'
  | 'allow-list-not-effective'
  | 'tls-large-hello'
  | 'tls-closed-early'
  | 'tls-silent'
  | 'tls-intercepted'
  | 'tls-wrong-name'
  | 'tls-expired'
  | 'clock-skew'
  | 'tls-alert'
  | 'not-tls'
  | 'http-unexpected'
  | 'service-idle'
  | 'service-stopped'
  | 'control-plane-unknown'
  | 'worker-absent'
  | 'healthy'

export type Severity = 'ok' | 'warn' | 'fail'

/** What to do. `command` is a command of this bot that does it, without the leading `/privatelink`. */
export interface Remedy {
  readonly text: string
  readonly command?: string
}

export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  readonly remedy: Remedy
}

/** The finding that is the root cause. `findings` holds every finding that no other hides, the root cause first; it is empty only when healthy. */
export interface Verdict extends Finding {
  readonly findings: readonly Finding[]
}

export interface Rule {
  readonly code: FindingCode
  readonly severity: 'warn' | 'fail'
  readonly title: string
  /** Codes of its symptoms, which are not shown beside it. */
  readonly hides?: readonly FindingCode[] | ((evidence: Evidence) => readonly FindingCode[])
  when(evidence: Evidence): boolean
  say(evidence: Evidence): string
  remedy(evidence: Evidence): Remedy
}
