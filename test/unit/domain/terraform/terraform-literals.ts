import type { TerraformInput } from '../../../../src/domain/terraform/input.ts'
import { parse } from '../../../hcl.ts'

export const subscription = '11111111-1111-4111-8111-111111111111'
export const guid = '3f1c7a52-8d0e-4b6f-9a21-5c4d3e2f1a0b'

const zone = 'westus3.privatelink.azure.clickhouse.cloud'

/** A plan that nobody has applied yet, for one service whose allow list is empty. */
export const planned: TerraformInput = {
  maker: { installation: '3f2a9c0d', request: 'PL-42', askedAt: '2026-03-01T12:00:00.000Z' },
  requester: 'Alice',
  organizationId: '6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41',
  alias: 'production-westus3-0-0.3f2a.westus3.azure.privatelinkservice',
  network: {
    name: 'prod-westus3',
    subscription,
    resourceGroup: 'rg-network',
    vnet: 'vnet-prod',
    subnet: 'endpoints',
    location: 'westus3',
    dns: { subscription, resourceGroup: 'rg-dns' },
    applicationSecurityGroups: [],
    tags: { team: 'data' },
  },
  services: [
    {
      id: '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10',
      name: 'analytics-prod',
      host: `q7k3m9x2wb.${zone}`,
      hasEntries: false,
      otherIds: [],
    },
  ],
  endpoint: { name: 'pe-analytics-prod', existence: 'planned' },
  dns: {
    zone: { name: zone, subscription, resourceGroup: 'rg-dns', existence: 'planned' },
    link: { name: 'link-rg-network-vnet-prod-11111111', existence: 'planned' },
    records: [{ name: '*', existence: 'planned' }],
  },
}

/** The same request, finished. */
export const finished: TerraformInput = {
  ...planned,
  services: planned.services.map((service) => ({ ...service, hasEntries: true })),
  endpoint: { name: 'pe-analytics-prod', existence: 'made', guid },
  dns: {
    zone: { name: zone, subscription, resourceGroup: 'rg-dns', existence: 'made' },
    link: { name: 'link-rg-network-vnet-prod-11111111', existence: 'made' },
    records: [{ name: '*', existence: 'made' }],
  },
}

type Body = Readonly<Record<string, unknown>>

/** What HashiCorp's own parser reads. Blocks without labels, and the bodies of those with labels, are lists; references read `${…}`. */
export interface Parsed {
  readonly terraform: readonly Body[]
  readonly provider: Readonly<Record<string, readonly Body[]>>
  readonly variable?: Readonly<Record<string, readonly Body[]>>
  readonly import?: readonly { readonly to: string; readonly id: string }[]
  readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Body[]>>>>
}

export async function parsed(tf: string): Promise<Parsed> {
  return literal(await parse('export.tf', tf)) as Parsed
}

/** The parser writes Terraform's JSON syntax, in which text that looks like a template stays escaped. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\$\{/g, () => '${').replace(/%%\{/g, '%{')
  if (Array.isArray(value)) return value.map(literal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [literal(key), literal(inner)]))
}
