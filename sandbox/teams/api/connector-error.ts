/** A refusal in the envelope of the Bot Connector: `{error: {code, message}}`. */
export class ConnectorError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message = code, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }

  get body(): unknown {
    return { error: { code: this.code, message: this.message } }
  }
}
