import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'
import type { Route } from '../http/server.ts'

/** How long a value may take to be read when Prometheus asks, in milliseconds; then it is left out. */
const readWithinMs = 1_000

/** How long a value that was read counts, in milliseconds: however often `/metrics` is asked, Redis is not asked more often than this. */
const readEveryMs = 5_000

export function metricsRoute(register: Registry): Route {
  return async (_request, response) => {
    try {
      const text = await register.metrics()
      response.writeHead(200, { 'content-type': register.contentType }).end(text)
    } catch {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('The metrics could not be read.\n')
    }
  }
}

/** Label values have to be few: one that is not among these counts as `other`. */
export function oneOf(known: Iterable<string>): (value: string) => string {
  const all = new Set(known)
  return (value) => (all.has(value) ? value : 'other')
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A gauge whose values are read when Prometheus asks for them. What cannot be read in time is left out, and the rest is told all the same. */
export function readGauge(
  register: Registry,
  {
    name,
    help,
    labelNames = [],
    read,
  }: { name: string; help: string; labelNames?: readonly string[]; read(): Promise<readonly Sample[]> },
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [register],
    async collect() {
      const samples = await inTime(read())
      this.reset()
      for (const { labels = {}, value } of samples ?? []) this.set(labels, value)
      // Without labels prom-client tells 0 after a reset.
      if (samples === undefined && labelNames.length === 0) this.remove()
    },
  })
}

async function inTime<T>(reading: Promise<T>): Promise<T | undefined> {
  return await Promise.race([reading.catch(() => undefined), sleep(readWithinMs, undefined, { ref: false })])
}

/**
 * Reads at most every `everyMs` milliseconds, and once for all who ask meanwhile: while Redis is away, what asks for it does not pile up. A failure is not
 * kept.
 */
export function atMostEvery<T>(read: () => Promise<T>, everyMs: number = readEveryMs): () => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T>; isPending: boolean } | undefined
  return () => {
    if (last !== undefined && (last.isPending || performance.now() - last.at < everyMs)) return last.value
    const current = { at: performance.now(), value: read(), isPending: true }
    last = current
    current.value.then(
      () => {
        current.isPending = false
      },
      () => {
        last = undefined
      },
    )
    return current.value
  }
}
