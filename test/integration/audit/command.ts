import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { RedisServer } from '../../../sandbox/redis.ts'
import type { Ledger } from '../../../src/domain/ledger.ts'
import { newRequest } from '../../../src/domain/request.ts'
import { openApproval } from '../../open-approval.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

export const at = '2026-01-01T12:00:00.000Z'
export const place = { surface: 'slack', id: 'C1' } as const

/** `npm run audit`, as this user of Redis runs it. */
export function auditCommand(server: RedisServer, user = 'auditor') {
  return async (...args: readonly string[]): Promise<{ status: number | null; out: string }> => {
    const env = { ...process.env, REDIS_URL: server.urlFor(user) }
    const child = spawn(process.execPath, ['src/audit/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const status = new Promise<number | null>((resolve) => child.once('close', resolve))
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { status: await status, out: out + errors }
  }
}

/** Four entries: created, claim, plan-ready, approve. */
export async function approved(ledger: Ledger, id: string): Promise<void> {
  const asked = { by: alice, place, at, services: [{ service: '=cmd("x"),1' }], network: 'prod', reason: 'it is needed' }
  await ledger.create(newRequest(id, asked))
  await ledger.record(id, { type: 'claim', run: 'r1', at })
  const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
  await ledger.record(id, { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
  await ledger.record(id, { type: 'approve', by: bob, surface: 'slack', digest: 'd1', at })
}
