import type { AroundCall } from '../domain/cloud-call.ts'
import { inSpan } from '../tracing.ts'

/** Puts each call to a cloud in a span. Neither the query of its address nor its headers are in it. */
export function tracedCalls(around: AroundCall): AroundCall {
  return async (call, send) => {
    const { hostname, pathname } = new URL(call.url)
    const attributes = {
      'http.request.method': call.method,
      'server.address': hostname,
      'url.path': pathname,
      'privatelink.vendor': call.vendor,
    }
    return await inSpan({ name: `${call.vendor} ${call.method}`, kind: 'client', attributes }, async (describe) => {
      const answer = await around(call, send)
      describe({ 'http.response.status_code': answer.status })
      return answer
    })
  }
}
