import { RetryableError, TerminalError } from '../domain/errors.ts'
import { type OperationFailure, refusalOf } from './refusal-text.ts'

interface Words {
  readonly retry?: true
  /** How long the call is repeated, in milliseconds; see `RetryableError`. */
  readonly retryForMs?: number
  /** The remedy, or how to make it from Azure's message. */
  readonly remedy: string | ((message: string) => string)
}

/** How long a call to a locked resource is repeated. Creating or deleting a private endpoint locks its subnet, and may take minutes. */
const lockedMs = 10 * 60_000

/** What to do about the vendor's error codes that have a remedy of their own. Source: Azure Resource Manager's error bodies, `error.code`. */
const wordsByCode: Readonly<Record<string, Words>> = {
  RetryableErrorDueToAnotherOperation: {
    retry: true,
    retryForMs: lockedMs,
    remedy: 'Another operation holds the resource. Run the command again in a few minutes.',
  },
  RetryableError: {
    retry: true,
    retryForMs: lockedMs,
    remedy: 'Azure calls this a passing fault of its own. Run the command again in a few minutes.',
  },
  ReferencedResourceNotProvisioned: {
    retry: true,
    retryForMs: lockedMs,
    remedy:
      'Azure is still working on a resource that this one needs, most often the subnet. Run the command again in a few minutes.',
  },
  InvalidPrivateLinkServiceId: {
    retry: true,
    remedy:
      'Azure does not know the service’s connection alias. Check that the service still exists in ClickHouse Cloud, then run the command again.',
  },
  InvalidResourceReference: {
    remedy:
      'Check subscription, resource group, VNet, subnet and location of this network in the configuration file: Azure does not find the subnet there.',
  },
  AuthorizationFailed: { remedy: (message) => grant(/perform action '([^']+)' over scope '([^']+)'/.exec(message), 'the scope') },
  LinkedAuthorizationFailed: {
    remedy: (message) =>
      grant(/perform action\(s\) '([^']+)' on the linked scope\(s\) '([^']+)'/.exec(message), 'the linked scope'),
  },
  BadRequest: {
    remedy: (message) =>
      message.includes('overlapping namespaces')
        ? 'Another private DNS zone of this name is linked to the network. Run the command again: the bot looks for that zone and uses it. If it lies in a subscription that the configuration file does not name, add that one.'
        : remedyFor(400),
  },
  ExpiredAuthenticationToken: {
    retry: true,
    remedy: 'Check the clock and the Azure identity of the jobs process: its token has run out.',
  },
  InvalidAuthenticationToken: { remedy: 'Check the Azure identity of the jobs process: Azure does not accept its token.' },
  AuthenticationFailed: { remedy: 'Check the Azure identity of the jobs process: Azure does not accept its token.' },
  SubscriptionNotFound: {
    remedy: 'Check the subscription of this network in the configuration file, and that the bot’s identity may read it.',
  },
  ResourceGroupNotFound: { remedy: 'Check the resource group of this network in the configuration file.' },
  PreconditionFailed: {
    retry: true,
    remedy: 'Someone else keeps changing the resource at the same moment. Look at its activity log, then run the command again.',
  },
  Conflict: { retry: true, remedy: 'Another operation is changing the same resource. Run the command again in a few minutes.' },
}

/** The remedy for a missing permission. `found` holds action and scope of Azure's message; `scope` names the scope when it does not match. */
function grant(found: RegExpExecArray | null, scope: string): string {
  const [, action, place] = found ?? []
  return action === undefined
    ? `Give the bot’s identity the action that Azure names, on ${scope} that it names.`
    : `Give the bot’s identity ${action} on ${place}, then run the command again.`
}

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
  const { message: said = error.message, detail } = refusalOf(error)
  const words = wordsOf(detail) ?? wordsOf(code)
  const message = `Azure refused to ${doing}: ${code ?? `HTTP ${status}`}: ${firstLine(said)}`
  const details = {
    cause: error,
    remedy: remedyOf(words, said) ?? remedyFor(status),
    ...optional('vendorRequestId', headerOf(error, 'x-ms-request-id')),
  }
  const passes = words?.retry === true || status === 408 || status === 429 || status >= 500
  return passes
    ? new RetryableError(code ?? `http-${status}`, message, {
        ...details,
        retryAfterMs: retryAfter(headerOf(error, 'retry-after')),
        retryForMs: words?.retryForMs,
      })
    : new TerminalError(code ?? `http-${status}`, message, details)
}

/** The error for an operation that Azure began and that failed. */
function ofOperation(error: Error, { code, message, detail, requestId }: OperationFailure, doing: string): Error {
  const words = wordsOf(detail) ?? wordsOf(code)
  const said = [code, message === undefined ? undefined : firstLine(message)].filter((part) => part !== undefined).join(': ')
  const text = `Azure began to ${doing}, and the operation failed${said === '' ? '' : `: ${said}`}`
  const details = {
    cause: error,
    remedy:
      remedyOf(words, message ?? '') ??
      'Look at the activity log of the resource group in Azure, or ask Azure support with the request id, then run the command again.',
    ...optional('vendorRequestId', requestId),
  }
  return words?.retry === true
    ? new RetryableError(code ?? 'azure-operation-failed', text, { ...details, retryForMs: words.retryForMs })
    : new TerminalError(code ?? 'azure-operation-failed', text, details)
}

/** The error for a call without an HTTP status: it did not reach Azure. */
function withoutStatus(error: Error, code: string | undefined, doing: string): Error {
  return new RetryableError('azure-unreachable', `Azure could not be reached to ${doing} (${code ?? error.name}).`, {
    cause: error,
    remedy: 'Check that the jobs process reaches Azure Resource Manager, then run the command again.',
  })
}

function wordsOf(code: string | undefined): Words | undefined {
  return code === undefined ? undefined : wordsByCode[code]
}

function remedyOf(words: Words | undefined, said: string): string | undefined {
  return typeof words?.remedy === 'function' ? words.remedy(said) : words?.remedy
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'Check the Azure identity of the jobs process and its role assignments.'
  if (status === 404) return 'Check subscription, resource group and names of this network in the configuration file.'
  if (status === 429 || status >= 500) return 'Azure is busy or has a fault. Run the command again in a few minutes.'
  return 'Look up the code in Azure’s documentation, or ask Azure support with the request id.'
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300)
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
