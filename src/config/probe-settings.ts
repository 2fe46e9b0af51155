import { z } from 'zod'
import { type DnsServer, dnsServerIn } from '../domain/dns-server.ts'

/** What a diagnostics worker, and the command `diagnose`, may ask and dial. */

export interface ProbeBounds {
  /** Azure DNS. */
  readonly dnsServers: readonly DnsServer[]
  /** Servers to use instead of the system's resolver. */
  readonly resolver?: readonly DnsServer[]
  readonly hostSuffixes: readonly string[]
  /** Where it may connect, in CIDR notation. */
  readonly prefixes: readonly string[]
}

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const dnsServers = list.pipe(z.array(z.string().transform(parseServer)).min(1))

export const probeVariables = {
  DIAGNOSTICS_DNS_SERVERS: dnsServers.default([{ address: '168.63.129.16', port: 53 }]),
  DIAGNOSTICS_RESOLVER: dnsServers.optional(),
  DIAGNOSTICS_HOST_SUFFIXES: list
    .pipe(z.array(z.string().startsWith('.', 'each suffix must begin with "."')).min(1))
    .default(['.privatelink.azure.clickhouse.cloud']),
  DIAGNOSTICS_PREFIXES: list
    .pipe(z.array(z.cidrv4('must be address prefixes such as 10.0.0.0/8')).min(1))
    .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']),
}

export function boundsIn(values: z.infer<z.ZodObject<typeof probeVariables>>): ProbeBounds {
  return {
    dnsServers: values.DIAGNOSTICS_DNS_SERVERS,
    ...(values.DIAGNOSTICS_RESOLVER !== undefined && { resolver: values.DIAGNOSTICS_RESOLVER }),
    hostSuffixes: values.DIAGNOSTICS_HOST_SUFFIXES,
    prefixes: values.DIAGNOSTICS_PREFIXES,
  }
}

function parseServer(value: string, context: z.core.$RefinementCtx<string>): DnsServer {
  const server = dnsServerIn(value)
  if (server !== undefined) return server
  const isIpv6 = (value.match(/:/g)?.length ?? 0) > 1
  const meant = isIpv6 ? 'an IPv6 address, or [IPv6]:PORT' : 'IP[:PORT]'
  context.addIssue({ code: 'custom', message: `"${value}" is not ${meant}` })
  return z.NEVER
}
