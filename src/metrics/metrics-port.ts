import type { Registry } from 'prom-client'
import { healthRoutes, type Readiness } from '../http/health.ts'
import { type HttpServer, type Route, startHttpServer } from '../http/server.ts'
import { metricsRoute } from './registry.ts'

/** Serves `/metrics`, `/healthz` and `/readyz`, and further folders, on a port of their own. */
export async function startMetricsPort(
  address: { readonly host: string; readonly port: number },
  register: Registry,
  readiness: () => Promise<Readiness>,
  folders: Readonly<Record<string, Route>> = {},
): Promise<HttpServer> {
  return await startHttpServer(address, { ...healthRoutes(readiness), 'GET /metrics': metricsRoute(register) }, folders)
}
