/** A call to a vendor's API, as it goes out. */
export interface CloudCall {
  readonly vendor: 'azure' | 'clickhouse'
  readonly method: string
  readonly url: string
}

/** Stands around each call to a cloud, to count it and to trace it. Has to return what `send` returns. */
export type AroundCall = <Answer extends { readonly status: number }>(
  call: CloudCall,
  send: () => Promise<Answer>,
) => Promise<Answer>

export const plainCall: AroundCall = (_call, send) => send()
