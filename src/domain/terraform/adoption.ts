import { attribute, block, code, comment, type Item, text } from './hcl.ts'
import type { Assumable, TerraformInput } from './input.ts'
import { terraformName } from './terraform-name.ts'

/** The names of resources in the file, by what they stand for. */
export interface Names {
  readonly endpoint: string
  readonly zone: string
  readonly link: string
  /** In the order of the input's lists. */
  readonly groups: readonly string[]
  readonly records: readonly string[]
  readonly copies: readonly string[]
  readonly services: readonly string[]
}

/** Names of records that are no words. */
const apart: Readonly<Record<string, string>> = { '*': 'wildcard', '@': 'apex' }

/** Names need to be unique only among resources of one type. */
export function namesOf({ endpoint, network, dns, services }: TerraformInput): Names {
  const unique = (texts: readonly string[]): readonly string[] => {
    const taken = new Set<string>()
    return texts.map((each) => terraformName(each, taken))
  }
  const recordNames = (names: readonly string[]) => names.map((name) => apart[name] ?? name)
  const records = recordNames((dns?.records ?? []).map(({ name }) => name))
  const inZone = unique([...records, ...recordNames((dns?.copies ?? []).map(({ name }) => name))])
  return {
    endpoint: terraformName(endpoint.name, new Set()),
    zone: terraformName(dns?.zone.name ?? '', new Set()),
    link: terraformName(dns?.link.name ?? '', new Set()),
    groups: unique(network.applicationSecurityGroups.map((id) => id.slice(id.lastIndexOf('/') + 1))),
    records: inZone.slice(0, records.length),
    copies: inZone.slice(records.length),
    services: unique(services.map(({ name }) => name)),
  }
}

/** The import block of what exists; a comment for what may exist; nothing for the rest. */
export function adoption(address: string, id: string, { existence, assumed, begun }: Assumable): readonly Item[] {
  if (existence === 'planned')
    return begun === true
      ? [comment(`The request began to make this and has not seen it done. If it exists, add an import block with the id ${id}`)]
      : []
  return [
    ...(assumed === true
      ? [comment('Check this id: the resource was in place before the request, which did not record its exact name or place.')]
      : []),
    block('import', [], [attribute('to', code(address)), attribute('id', text(id))]),
  ]
}
