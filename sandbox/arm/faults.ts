import type { World } from '../world.ts'
import { ArmError } from './errors.ts'

/** Azure's own faults, which have no cause in the world: `world.faults` asks for one by its code. */
const faults: Readonly<Record<string, readonly [status: number, message: string]>> = {
  InternalServerError: [500, 'An error occurred.'],
  ServerTimeout: [503, 'The request timed out.'],
  RetryableError: [429, 'A retryable error occurred.'],
  RetryableErrorDueToAnotherOperation: [
    429,
    'Operation PutPrivateEndpointOperation is in conflict with another operation on the same resource and cannot be executed.',
  ],
  Conflict: [409, 'The virtual network was deleted and created again since it was referred to.'],
}

/** @throws ArmError when a fault is due for this call; `later`: for the operation that it began. */
export function failIfDue(world: World, { method, path }: { method: string; path: string }, later = false): void {
  const code = world.takeFault({ vendor: 'arm', method, path, later })
  if (code === undefined) return
  const [status, message] = faults[code] ?? []
  if (status === undefined || message === undefined) throw new Error(`Azure has no fault of its own called ${code}.`)
  throw new ArmError(status, code, message)
}
