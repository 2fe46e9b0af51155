import type { DnsServer } from '../../domain/dns-server.ts'
import type { Check } from '../check.ts'
import { queryDns } from '../dns/query.ts'
import { mostServers } from '../dns/resolver-files.ts'

/** How long one server may take, in milliseconds: so long that a wrong answer from the internet, which no cache holds, is seen. */
const timeoutMs = 2_000

/** The servers that answer for this machine: those that its programs ask and, where these are stubs on the machine itself, those behind them. */
export interface AskedServers {
  readonly asked: readonly DnsServer[]
  readonly behind: readonly DnsServer[]
}

/** Asks each server of the resolver by itself, because a resolver shows only the answer of the one that it happened to ask. */
export function serversCheck(servers: () => AskedServers): Check<'servers'> {
  return {
    id: 'servers',
    needs: [],
    deadlineMs: 2_600,
    run({ host }) {
      const { asked, behind } = servers()
      const each = (behind.length > 0 ? behind : asked).slice(0, mostServers)
      if (each.length < 2 && behind.length === 0) return undefined
      return async (signal) => await Promise.all(each.map((server) => queryDns(server, host, signal, { timeoutMs })))
    },
  }
}
