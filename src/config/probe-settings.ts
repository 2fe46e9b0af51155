import { isIPv4 } from 'node:net'
import { z } from 'zod'

/** What a diagnostics worker, and the command `diagnose`, may ask and dial. */

interface DnsServer {
  readonly address: string
  readonly port: number
}

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

/** `IP[:PORT]` */
function parseServer(value: string, context: z.core.$RefinementCtx<string>): DnsServer {
  const [address = '', port = '53', ...rest] = value.split(':')
  const number = Number(port)
  if (!isIPv4(address) || rest.length > 0 || !Number.isInteger(number) || number < 1 || number > 65_535) {
    context.addIssue({ code: 'custom', message: `"${value}" is not IP[:PORT]` })
    return z.NEVER
  }
  return { address, port: number }
}
