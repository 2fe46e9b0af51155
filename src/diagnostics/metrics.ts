import { Histogram, type Registry } from 'prom-client'
import { createRegistry, type ProcessReadings } from '../metrics/process-metrics.ts'
import { readGauge } from '../metrics/registry.ts'

export interface DiagnosticsReadings extends ProcessReadings {
  /** Seconds since Redis took the last heartbeat. */
  heartbeatAge(): number
}

export interface DiagnosticsMetrics {
  readonly register: Registry
  /** Does one probe, and counts it. */
  probed<T>(probe: () => Promise<T>): Promise<T>
}

/** The metrics of a diagnostics process. */
export function createDiagnosticsMetrics({ heartbeatAge, ...shared }: DiagnosticsReadings): DiagnosticsMetrics {
  const register = createRegistry(shared)
  const probes = new Histogram({
    name: 'privatelink_probe_duration_seconds',
    help: 'Time that probes took; "refused" is a host that this process may not look at, or a probe that was cut short.',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
    registers: [register],
  })
  readGauge(register, {
    name: 'privatelink_heartbeat_age_seconds',
    help: 'Time since Redis took the last heartbeat of this process. It counts as gone after 7 s.',
    read: async () => [{ value: heartbeatAge() }],
  })
  return {
    register,
    async probed(probe) {
      const end = probes.startTimer()
      try {
        const evidence = await probe()
        end({ outcome: 'answered' })
        return evidence
      } catch (error) {
        end({ outcome: 'refused' })
        throw error
      }
    },
  }
}
