import { ReplyError } from 'ioredis'

/** Whether Redis refused a command, e.g. with `NOREPLICAS` while its replicas are away. Nothing is wrong with what was to be written: it may be tried again. */
export function isStoreError(error: unknown): boolean {
  return error instanceof ReplyError || (error instanceof Error && error.name === 'MaxRetriesPerRequestError')
}
