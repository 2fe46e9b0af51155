import type { World } from '../world.ts'
import { ArmError, type ErrorDetail } from './errors.ts'

/** Azure's own faults, which have no cause in the world: `world.faults` asks for one by its code. */
const faults: Readonly<Record<string, readonly [status: number, message: string, ...details: ErrorDetail[]]>> = {
  InternalServerError: [500, 'An error occurred.'],
  ServerTimeout: [503, 'The request timed out.'],
  RetryableError: [429, 'A retryable error occurred.'],
  RetryableErrorDueToAnotherOperation: [
    429,
    'Operation PutPrivateEndpointOperation is in conflict with another operation on the same resource and cannot be executed.',
  ],
  AnotherOperationInProgress: [429, 'Another operation on this or a dependent resource is in progress.'],
  Canceled: [
    409,
    'Operation was canceled.',
    {
      code: 'CanceledAndSupersededDueToAnotherOperation',
      message: 'Operation PutSubnetOperation was canceled and superseded by operation PutVirtualNetworkOperation.',
    },
  ],
  Conflict: [409, 'The virtual network was deleted and created again since it was referred to.'],
}

/** @throws ArmError when a fault is due for this call; `later`: for the operation that it began. */
export function failIfDue(world: World, { method, path }: { method: string; path: string }, later = false): void {
  const code = world.takeFault({ vendor: 'arm', method, path, later })
  if (code === undefined) return
  const [status, message, ...details] = faults[code] ?? []
  if (status === undefined || message === undefined) throw new Error(`Azure has no fault of its own called ${code}.`)
  throw new ArmError(status, code, message, details.length > 0 ? { details } : {})
}
