import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Ledger } from '../../domain/ledger.ts'
import { requestStates } from '../../domain/request.ts'
import type { Route } from './server.ts'

/** The metrics of the bot process. */
export interface Metrics {
  /** Counts a request that was refused before a handler got it. */
  refused(why: string): void
  /** Counts a click that was refused, by the standing of the person or the fault of the button. */
  declined(why: string): void
  readonly route: Route
}

/** Metrics for Prometheus; the `help` texts say what each one means. */
export function createMetrics(ledger: Pick<Ledger, 'open' | 'unshown'>): Metrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  const refused = new Counter({
    name: 'privatelink_refused_requests_total',
    help: 'Requests to the bot that were refused before a handler got them, by reason.',
    labelNames: ['why'],
    registers,
  })
  const declined = new Counter({
    name: 'privatelink_declined_clicks_total',
    help: 'Clicks that were refused, by reason.',
    labelNames: ['why'],
    registers,
  })
  new Gauge({
    name: 'privatelink_open_requests',
    help: 'Requests that are not finished, by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const open = await ledger.open()
      for (const state of requestStates) this.set({ state }, open.filter((request) => request.state === state).length)
    },
  })
  new Gauge({
    name: 'privatelink_unshown_requests',
    help: 'Requests whose newest state the chat does not show yet.',
    registers,
    async collect() {
      this.set(Object.keys(await ledger.unshown()).length)
    },
  })
  return {
    refused: (why) => refused.inc({ why }),
    declined: (why) => declined.inc({ why }),
    route: async (_request, response) => {
      try {
        const text = await register.metrics()
        response.writeHead(200, { 'content-type': register.contentType }).end(text)
      } catch {
        response.writeHead(503, { 'content-type': 'text/plain' }).end('Redis does not answer.\n')
      }
    },
  }
}
