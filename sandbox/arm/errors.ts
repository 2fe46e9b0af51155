import type { Reply } from './exchange.ts'

export interface ErrorDetail {
  readonly code: string
  readonly message: string
}

interface Extras {
  readonly headers?: Record<string, string>
  readonly details?: readonly ErrorDetail[]
  readonly additionalInfo?: readonly { readonly type: string; readonly info: Readonly<Record<string, string>> }[]
  /**
   * The resource provider of private DNS answers for record sets itself, without the `error` envelope around code and message that Resource
   * Manager puts on everything else.
   */
  readonly bare?: boolean
}

/** Thrown anywhere in a handler: becomes the answer. */
export class ArmError extends Error {
  readonly status: number
  readonly code: string
  readonly extras: Extras

  constructor(status: number, code: string, message: string, extras: Extras = {}) {
    super(message)
    this.status = status
    this.code = code
    this.extras = extras
  }

  get body(): { code: string; message: string; details?: readonly ErrorDetail[]; additionalInfo?: Extras['additionalInfo'] } {
    const { details, additionalInfo } = this.extras
    return { code: this.code, message: this.message, ...(details && { details }), ...(additionalInfo && { additionalInfo }) }
  }

  reply(): Reply {
    return {
      status: this.status,
      headers: this.extras.headers ?? {},
      body: this.extras.bare ? this.body : { error: this.body },
    }
  }
}

export function badRequest(message: string): ArmError {
  return new ArmError(400, 'BadRequest', message)
}

/** @param type e.g. `Microsoft.Network/privateEndpoints` @param name with the parents' names, separated by slashes */
export function resourceNotFound(type: string, name: string, group: string): ArmError {
  const [provider, ...types] = type.split('/')
  const names = name.split('/')
  const path = types.map((part, index) => `${part}/${names[index]}`).join('/')
  return new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${provider}/${path}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )
}

export function parentNotFound(name: string): ArmError {
  return new ArmError(
    404,
    'ParentResourceNotFound',
    `Can not perform requested operation on nested resource. Parent resource '${name}' not found.`,
  )
}

/** Private DNS allows one operation on a zone or a link at a time. */
export function conflict(message: string): ArmError {
  return new ArmError(409, 'Conflict', message)
}
