import { RetryableError, TerminalError } from '../domain/errors.ts'
import { knownCode, mayPass, remedyFor, remedyOf, throttledMs } from './error-words.ts'
import { type OperationFailure, type PolicyRefusal, refusalOf } from './refusal-text.ts'
import { wholeWords } from './whole-words.ts'

const credentialErrors = new Set([
  'CredentialUnavailableError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
])

/** Translates an error of the Azure SDKs to a `TerminalError` or `RetryableError`. `doing` completes "Azure refused to …". An abort is returned as it is. */
export function translateAzureError(error: unknown, doing: string, failure?: OperationFailure): unknown {
  if (
    !(error instanceof Error) ||
    error.name === 'AbortError' ||
    error instanceof TerminalError ||
    error instanceof RetryableError
  )
    return error
  if (credentialErrors.has(error.name)) {
    return new TerminalError('azure-credentials', `The jobs process could not sign in to Azure, so it could not ${doing}.`, {
      cause: error,
      remedy: 'Check the Azure identity of the jobs process (managed identity, workload identity or the AZURE_* variables).',
    })
  }
  const status = numberOf(error, 'statusCode')
  const code = stringOf(error, 'code')
  if (status === undefined) return failure === undefined ? withoutStatus(error, code, doing) : ofOperation(error, failure, doing)
  const { code: told, message: said = error.message, details: inner = [], policy } = refusalOf(error)
  const known = knownCode([...inner, code, told])
  const words = known?.words
  const message = `Azure refused to ${doing}: ${codesText(code ?? `HTTP ${status}`, known?.code)}: ${textOf(said, policy)}`
  const details = {
    cause: error,
    remedy: remedyOf(words, { message: said, doing, policy }) ?? remedyFor(status),
    ...optional('vendorRequestId', headerOf(error, 'x-ms-request-id')),
  }
  const passes = mayPass(words, said) || status === 408 || status === 429 || status >= 500
  return passes
    ? new RetryableError(code ?? known?.code ?? `http-${status}`, message, {
        ...details,
        retryAfterMs: retryAfter(headerOf(error, 'retry-after')),
        retryForMs: words?.retryForMs ?? (status === 429 ? throttledMs : undefined),
      })
    : new TerminalError(known?.code ?? code ?? `http-${status}`, message, details)
}

/** The error for an operation that Azure began and that failed. */
function ofOperation(
  error: Error,
  { code, message = '', details: inner, policy, requestId }: OperationFailure,
  doing: string,
): Error {
  const known = knownCode([...inner, code])
  const words = known?.words
  const said = [
    code === undefined ? known?.code : codesText(code, known?.code),
    message === '' ? undefined : textOf(message, policy),
  ]
    .filter((part) => part !== undefined)
    .join(': ')
  const text = `Azure began to ${doing}, and the operation failed${said === '' ? '' : `: ${said}`}`
  const details = {
    cause: error,
    remedy:
      remedyOf(words, { message, doing, policy }) ??
      'Look at the activity log of the resource group in Azure, or ask Azure support with the request id, then run the command again.',
    ...optional('vendorRequestId', requestId),
  }
  return mayPass(words, message)
    ? new RetryableError(code ?? known?.code ?? 'azure-operation-failed', text, { ...details, retryForMs: words?.retryForMs })
    : new TerminalError(known?.code ?? code ?? 'azure-operation-failed', text, details)
}

/** The error for a call without an HTTP status: it did not reach Azure. */
function withoutStatus(error: Error, code: string | undefined, doing: string): Error {
  return new RetryableError('azure-unreachable', `Azure could not be reached to ${doing} (${code ?? error.name}).`, {
    cause: error,
    remedy: 'Check that the jobs process reaches Azure Resource Manager, then run the command again.',
  })
}

/** Azure's code and, where that is another, the one that says why. */
function codesText(code: string, cause: string | undefined): string {
  return cause === undefined || cause.toLowerCase() === code.toLowerCase() ? code : `${code} (${cause})`
}

/** Azure's own words, and the name of the policy, which they may leave to the details. */
function textOf(said: string, policy: PolicyRefusal | undefined): string {
  const name = policy?.name
  const named = name === undefined || said.includes(name) ? '' : `Policy “${name}”: `
  return wholeWords(`${named}${said}`)
}

function retryAfter(value: string | undefined): number | undefined {
  const seconds = Number(value)
  return value === undefined || !Number.isFinite(seconds) ? undefined : seconds * 1_000
}

function stringOf(value: object, key: string): string | undefined {
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function numberOf(value: object, key: string): number | undefined {
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'number' ? found : undefined
}

function headerOf(error: object, name: string): string | undefined {
  const response: unknown = Reflect.get(error, 'response')
  const headers: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : undefined
  if (typeof headers !== 'object' || headers === null) return undefined
  const get: unknown = Reflect.get(headers, 'get')
  const value: unknown = typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name)
  return typeof value === 'string' ? value : undefined
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string }
}
