import { slack as workspace } from '../../../sandbox/estate.ts'
import type { Approval, Request } from '../../../src/domain/request.ts'
import { openApproval } from '../../open-approval.ts'
import { bob, carol, digest, plan } from '../../sample-requests.ts'
import type { BotWorld } from './harness.ts'

/** Plays the planner: the request waits for Bob or Carol, in #approvals unless told. */
export async function planned(
  { ledger, producer }: Pick<BotWorld, 'ledger' | 'producer'>,
  id: string,
  changes: Partial<Approval> = {},
): Promise<Request> {
  const now = new Date()
  await ledger.record(id, { type: 'claim', run: 'planner', at: now.toISOString() })
  const approval = openApproval({
    approvers: [bob, carol],
    places: [{ surface: 'slack', id: workspace.channels.approvals }],
    askedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 86_400_000).toISOString(),
    ...changes,
  })
  const { request } = await ledger.record(id, { type: 'plan-ready', run: 'planner', plan, digest, approval })
  await producer.show({ kind: 'request', id })
  return request
}
