import { z } from 'zod'
import type { Policy, World } from '../world.ts'
import { allows } from './authorization.ts'
import { parseBody } from './body.ts'
import { ArmError } from './errors.ts'
import type { Incoming } from './exchange.ts'
import type { Route } from './router.ts'

/** Azure Policy: denies to make resources, and tells beforehand whom it asks. */

/** @throws ArmError 403 when a policy denies to make this resource. */
export function refuseByPolicy({ policies }: World, { template }: Route, { method, url }: Incoming): void {
  if (method !== 'PUT') return
  const [, type = ''] = /\/providers\/(Microsoft\.Network\/[^/]+)\/\{[^/]+\}$/i.exec(template) ?? []
  const place = decodeURIComponent(url.pathname)
  const policy = policies.find((each) => covers(each, type, place))
  if (policy === undefined) return
  const { displayName, reason, name, scope } = policy
  const info = {
    policyAssignmentDisplayName: displayName,
    policyAssignmentName: name,
    policyAssignmentId: assignmentId(policy),
    policyAssignmentScope: scope,
    policyDefinitionEffect: 'deny',
  }
  throw new ArmError(
    403,
    'RequestDisallowedByPolicy',
    `Resource '${place.split('/').at(-1)}' was disallowed by policy. Reasons: '${reason}'. See error details for policy resource IDs.`,
    { additionalInfo: [{ type: 'PolicyViolation', info }] },
  )
}

const asked = z.object({
  resourceDetails: z.object({
    resourceContent: z.object({ type: z.string(), name: z.string(), location: z.string() }),
    apiVersion: z.string(),
  }),
})

export function policyRoutes(world: World): Route[] {
  const group = '/subscriptions/{subscription}/resourceGroups/{group}'
  return [
    {
      method: 'POST',
      template: `${group}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions`,
      apiVersions: ['2020-07-01', '2022-03-01', '2023-03-01'],
      handle: (request) => {
        const place = `/subscriptions/${request.param('subscription')}/resourceGroups/${request.param('group')}`
        const action = 'Microsoft.PolicyInsights/checkPolicyRestrictions/read'
        world.azureActions.add(action)
        if (!allows(world.roles, action, place)) {
          throw new ArmError(403, 'AuthorizationFailed', `The client may not perform action '${action}' over scope '${place}'.`)
        }
        const { resourceContent } = parseBody(asked, request.body).resourceDetails
        const refusing = world.policies.filter((policy) => covers(policy, resourceContent.type, place))
        const policyEvaluations = refusing.map((policy) => ({
          policyInfo: { policyAssignmentId: assignmentId(policy) },
          evaluationResult: 'NonCompliant',
          evaluationDetails: { reason: policy.reason },
          effectDetails: { policyEffect: 'Deny' },
        }))
        return { status: 200, body: { fieldRestrictions: [], contentEvaluationResult: { policyEvaluations } } }
      },
    },
  ]
}

function covers({ resourceType, scope }: Policy, type: string, place: string): boolean {
  return resourceType.toLowerCase() === type.toLowerCase() && `${place.toLowerCase()}/`.startsWith(`${scope.toLowerCase()}/`)
}

function assignmentId({ scope, name }: Policy): string {
  return `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`
}
