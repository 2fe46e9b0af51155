import type { Network } from '../target.ts'

/** Not there yet; made by the request; or found in place, so that its owner and its details are not known for certain. */
export type Standing = 'planned' | 'made' | 'found'

/** Everything that an export says. */
export interface TerraformInput {
  readonly requestId: string
  /** Who asked: the endpoint's request message names them. */
  readonly requester: string
  readonly network: Network
  readonly organizationId: string
  /** `endpointServiceId`: the Private Link Service alias. */
  readonly alias: string
  readonly services: readonly ExportedService[]
  readonly endpoint: Omit<Assumable, 'assumed'> & {
    readonly name: string
    readonly guid?: string
    /** Where it was found, if not in the network's own. */
    readonly resourceGroup?: string
  }
  /** Of the endpoint's network interface, where it is not Azure's choice. */
  readonly interfaceName?: string
  /** Absent where the request has nothing to do with DNS. */
  readonly dns?: {
    readonly zone: Assumable & { readonly name: string; readonly subscription: string; readonly resourceGroup: string }
    readonly link: Assumable & { readonly name: string }
    /** Relative names, `*` for the wildcard. */
    readonly records: readonly (Assumable & { readonly name: string })[]
  }
}

export interface Assumable {
  readonly standing: Standing
  /** The most likely name or place, not one that was seen: the file asks to check it. */
  readonly assumed?: boolean
  /** The request began to make it and has not seen it done: it may be there. */
  readonly begun?: boolean
}

export interface ExportedService {
  readonly id: string
  readonly name: string
  readonly host: string
  /** Its allow list has entries, ours or others', so that there is something to import. */
  readonly hasEntries: boolean
  /** The request began to change the list and has not seen it done. */
  readonly begun?: boolean
  /** What else is on its allow list. Absent when not known: then Terraform asks, because it manages the whole list. */
  readonly otherIds?: readonly string[]
}
