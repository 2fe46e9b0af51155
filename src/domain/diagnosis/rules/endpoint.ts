import { connectionOf, isOtherService, isUnread } from '../control-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { serviceAnswered } from '../port-facts.ts'
import { admissionSymptoms, byAllow, bySetup, networkSymptoms, serviceName, shown, tlsSymptoms } from './words.ts'

const endpointIsAbsent = (evidence: Evidence) => !isUnread(evidence, 'endpoint') && evidence.controlPlane?.endpoint === undefined

const none = ({ controlPlane, ...evidence }: Evidence) => {
  const bounds = controlPlane?.partial === true ? ' Only the configured resource groups could be searched.' : ''
  return `Azure shows no private endpoint for ${serviceName(evidence)} in ${shown(evidence.network)}.${bounds}`
}

/** The connection's state as Azure shows it. */
export const endpointRules: readonly Rule[] = [
  {
    code: 'endpoint-disconnected',
    severity: 'fail',
    title: 'the private endpoint is disconnected or gone',
    hides: [...networkSymptoms, ...tlsSymptoms, ...admissionSymptoms],
    when: (evidence) => (endpointIsAbsent(evidence) && !serviceAnswered(evidence)) || connectionOf(evidence) === 'disconnected',
    say: (evidence) => {
      if (endpointIsAbsent(evidence)) return none(evidence)
      const state = 'The connection of the private endpoint is Disconnected: the other side removed it.'
      return serviceAnswered(evidence) ? `${state} The service answers from there all the same, over another path.` : state
    },
    remedy: (evidence) => bySetup(evidence, 'Set up the private endpoint again.'),
  },
  {
    code: 'endpoint-disconnected',
    severity: 'warn',
    title: 'the service is reached by an endpoint that is not known here',
    when: (evidence) => endpointIsAbsent(evidence) && serviceAnswered(evidence),
    say: (evidence) =>
      `${none(evidence)} The service answers at ${shown(evidence.networkPlane?.address?.dialled)} all the same: by an endpoint of another virtual network, as over a peering.`,
    remedy: (evidence) => bySetup(evidence, 'If that is intended, there is nothing to do; else set up an endpoint here.'),
  },
  {
    code: 'endpoint-rejected',
    severity: 'fail',
    title: 'the connection of the private endpoint was rejected',
    hides: [...networkSymptoms, ...tlsSymptoms, ...admissionSymptoms],
    when: (evidence) => connectionOf(evidence) === 'rejected',
    say: () => 'The connection is Rejected, and a rejected connection cannot be approved any more.',
    remedy: (evidence) => bySetup(evidence, 'Recreate the private endpoint, then allow it.'),
  },
  {
    code: 'endpoint-other-service',
    severity: 'fail',
    title: 'the private endpoint leads to another service',
    hides: [...tlsSymptoms, ...admissionSymptoms],
    when: isOtherService,
    say: (evidence) => {
      const { controlPlane } = evidence
      return `The endpoint's alias is ${shown(controlPlane?.endpoint?.alias)}; that of ${serviceName(evidence)} is ${shown(controlPlane?.alias)}.`
    },
    remedy: (evidence) => bySetup(evidence, "Set up an endpoint for this service's alias."),
  },
  {
    code: 'endpoint-pending',
    severity: 'fail',
    title: 'the connection of the private endpoint is not approved yet',
    hides: [...networkSymptoms, ...tlsSymptoms, ...admissionSymptoms],
    // Azure documents a free string: an unknown state does not count as approved.
    when: (evidence) => !['approved', 'rejected', 'disconnected', undefined].includes(connectionOf(evidence)),
    say: ({ controlPlane }) =>
      `Azure shows the connection as ${shown(controlPlane?.endpoint?.connection) || 'nothing'}; it has to be Approved.`,
    remedy: (evidence) => byAllow(evidence, "Put the endpoint on the service's allow list: that approves the connection."),
  },
]
