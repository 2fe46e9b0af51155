import type { World } from '../world.ts'
import { ApiError } from './envelope.ts'

/** ClickHouse Cloud's own faults, which have no cause in the world: `world.faults` asks for one by its code. */
const faults: Readonly<Record<string, readonly [status: number, words: string]>> = {
  INTERNAL_ERROR: [500, 'Internal error'],
  SERVICE_UNAVAILABLE: [503, 'Please try again later'],
  FAILED_DEPENDENCY: [424, 'The service is not running. Current state: idle'],
}

/** @throws ApiError when a fault is due for this call */
export function failIfDue(
  world: World,
  { method = '', url = '' }: { method?: string | undefined; url?: string | undefined },
): void {
  const code = world.takeFault({ vendor: 'clickhouse', method, path: url })
  if (code === undefined) return
  const [status, words] = faults[code] ?? []
  if (status === undefined || words === undefined) throw new Error(`ClickHouse Cloud has no fault of its own called ${code}.`)
  throw new ApiError(status, code, words)
}
