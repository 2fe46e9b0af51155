import { z } from 'zod'
import type { Variables } from './environment.ts'

export interface DashboardConfig {
  readonly password: string
  /** Whether jobs may be retried, removed or added with it. */
  readonly mayWrite: boolean
}

export const dashboardSecrets = ['QUEUE_DASHBOARD_PASSWORD']

const schema = z.object({
  QUEUE_DASHBOARD_PASSWORD: z.string().min(12, 'is too short: at least 12 characters').optional(),
  QUEUE_DASHBOARD: z.enum(['read-only', 'read-write'], 'must be "read-only" or "read-write"').default('read-only'),
})

/** Undefined where nobody set a password. `hasPort`: whether there is a port on which it could be served. */
export function dashboardIn(variables: Variables, hasPort: boolean): DashboardConfig | undefined {
  const values = variables.read(schema)
  const password = values?.QUEUE_DASHBOARD_PASSWORD
  if (values === undefined || password === undefined) return undefined
  if (!hasPort) variables.problems.push('QUEUE_DASHBOARD_PASSWORD needs METRICS_PORT: the dashboard is served on that port')
  return { password, mayWrite: values.QUEUE_DASHBOARD === 'read-write' }
}
