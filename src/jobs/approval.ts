import { TerminalError } from '../domain/errors.ts'
import { approversFor, type Policy, policyFor } from '../domain/policy.ts'
import type { Approval, Request } from '../domain/request.ts'

/** The policy that decides about a request; a `TerminalError` when there is none. */
export function policyOf({ action, asked }: Request, policies: readonly Policy[]): Policy {
  const policy = policyFor(policies, action, asked.network)
  if (policy !== undefined) return policy
  throw new TerminalError('no-policy', `No policy says who may approve ${action} in ${asked.network}.`, {
    remedy: 'Add a policy for this network and action to the configuration file.',
  })
}

/** Who may approve it, where and until when; a `TerminalError` when nobody can. */
export function approvalFor({ asked, action }: Request, policy: Policy): Approval {
  const approvers = approversFor(policy, asked.by)
  if (approvers.length === 0) {
    const why =
      policy.approvers.length === 0
        ? 'the policy names no approvers'
        : 'you are the only approver, and nobody approves their own request'
    throw new TerminalError('no-approvers', `Nobody can approve ${action} in ${asked.network}: ${why}.`, {
      remedy: 'Add another approver to the policy in the configuration file, then run the command again.',
    })
  }
  const askedAt = Date.now()
  return {
    approvers,
    place: policy.channel,
    askedAt: new Date(askedAt).toISOString(),
    expiresAt: new Date(askedAt + policy.expiryMs).toISOString(),
  }
}
