import type { Failure } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** An error as evidence, with Node's code and message. A reset has a `syscall`; an orderly close has none. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: 'unknown error' }
  const { code, syscall } = error as NodeJS.ErrnoException
  return {
    code: cleanText(code ?? error.name, 60),
    ...(syscall !== undefined && { syscall: cleanText(syscall, 60) }),
    message: cleanText(error.message, 300),
  }
}

/** The evidence for a wait that our own timer ended. Linux would wait two minutes for an answer to a SYN, and without an end for a silent TLS peer. */
export function timeoutFailure(syscall: 'connect' | 'read', milliseconds: number): Failure {
  return { code: 'ETIMEDOUT', syscall, message: `no answer within ${Math.round(milliseconds / 100) / 10} s` }
}
