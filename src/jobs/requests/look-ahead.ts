import { type Action, connects } from '../../domain/request.ts'
import type { StepContext } from '../steps/step.ts'
import { zoneOf } from '../steps/verification.ts'

/**
 * Begins the reads that the steps will need whatever the first of them sees. The context shares those of ClickHouse Cloud with the steps, which tell of what
 * fails. A first setup does not need the organization while there is no endpoint; no step of an `allow` looks after the zone, but its verification does.
 */
export function lookAhead(action: Action, context: StepContext): void {
  if (!connects(action)) return
  const { target, clouds, facts, approved, signal } = context
  const looks: Promise<unknown>[] = target.services.map(({ service }) =>
    clouds.clickhouse.service(service.organizationId, service.id, signal),
  )
  if (action === 'allow') looks.push(clouds.clickhouse.organization(target.services[0].service.organizationId, signal))
  for (const look of looks) look.catch(() => undefined)
  if (action === 'allow' && approved !== undefined) facts.zoneAhead = zoneOf(context).catch(() => undefined)
}
