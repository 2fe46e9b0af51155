import { AsyncLocalStorage } from 'node:async_hooks'

/** What every log line says that is written during some work: the request and the step. */
export interface LogFields {
  readonly request?: string
  readonly diagnosis?: string
  readonly step?: string
}

const fields = new AsyncLocalStorage<LogFields>()

export async function withLogFields<T>(more: LogFields, work: () => Promise<T>): Promise<T> {
  return await fields.run({ ...fields.getStore(), ...more }, work)
}

export function logFields(): LogFields {
  return fields.getStore() ?? {}
}
