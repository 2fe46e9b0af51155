import type { Failure } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** An error in the words of Node. The phase stays legible: `syscall` tells a reset (it has one) from an orderly close (it has none). */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: 'unknown error' }
  const { code, syscall } = error as NodeJS.ErrnoException
  return {
    code: cleanText(code ?? error.name, 60),
    ...(syscall !== undefined && { syscall: cleanText(syscall, 60) }),
    message: cleanText(error.message, 300),
  }
}

/** Our own timer ended it, long before the system's would: an unanswered SYN takes Linux two minutes, and a silent TLS peer takes for ever. */
export function timeoutFailure(syscall: 'connect' | 'read', milliseconds: number): Failure {
  return { code: 'ETIMEDOUT', syscall, message: `no answer within ${Math.round(milliseconds / 100) / 10} s` }
}
