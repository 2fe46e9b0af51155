import { setTimeout as sleep } from 'node:timers/promises'
import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** When fewer calls than this are left, further calls go out only as fast as Azure refills them. */
const scarce = 20

/**
 * Milliseconds in which Azure refills one call, by the kind that the header's name ends with. Source: "Understand how Azure Resource Manager
 * throttles requests" and the limits of Private DNS (500 reads in 5 minutes).
 */
const refillMs = { reads: 40, writes: 100, deletes: 100, 'resource-requests': 600 }
type Kind = keyof typeof refillMs

export interface QuotaLeft {
  readonly kind: Kind
  readonly count: number
}

const kinds = Object.keys(refillMs) as readonly Kind[]

/** Delays calls when Azure's answers say that few of their kind are left to the subscription. The SDK itself repeats a call after a 429.
 * `told` hears of every such answer. */
export function heedQuota({ pipeline }: { readonly pipeline: Pipeline }, told: (left: QuotaLeft) => void): void {
  pipeline.addPolicy(quotaPolicy(told), { afterPhase: 'Retry' })
}

function quotaPolicy(told: (left: QuotaLeft) => void): Policy {
  const left = new Map<Kind, number>()
  const nextAt = new Map<Kind, number>()

  const turnOf = (kind: Kind, now: number): number => {
    if ((left.get(kind) ?? scarce) >= scarce) return now
    const at = Math.max(now, nextAt.get(kind) ?? 0) + refillMs[kind]
    nextAt.set(kind, at)
    return at
  }

  return {
    name: 'heedQuota',
    async sendRequest(request, next) {
      const now = performance.now()
      const at = Math.max(...kindsOf(request.method).map((kind) => turnOf(kind, now)))
      if (at > now) await sleep(at - now, undefined, request.abortSignal ? { signal: request.abortSignal as AbortSignal } : {})
      const response = await next(request)
      for (const kind of kinds) {
        const value = response.headers.get(`x-ms-ratelimit-remaining-subscription-${kind}`)
        if (value === undefined || !Number.isFinite(Number(value))) continue
        left.set(kind, Number(value))
        told({ kind, count: Number(value) })
      }
      return response
    },
  }
}

function kindsOf(method: string): readonly Kind[] {
  if (method === 'GET') return ['reads', 'resource-requests']
  return method === 'DELETE' ? ['deletes'] : ['writes']
}
