import type { Rule } from '../finding.ts'
import { dnsRules } from './dns.ts'
import { endpointRules } from './endpoint.ts'
import { nameRules } from './name.ts'
import { networkRules } from './network.ts'
import { serviceRules, serviceStateRules, unknownRules } from './service.ts'
import { tlsRules } from './tls.ts'

/** Every rule in the order of judgement: the name asked for, the control plane, the phases of a connection, and what stayed unknown. */
export const rules: readonly Rule[] = [
  ...nameRules,
  ...serviceStateRules,
  ...endpointRules,
  ...dnsRules,
  ...networkRules,
  ...tlsRules,
  ...serviceRules,
  ...unknownRules,
]
