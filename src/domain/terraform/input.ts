import type { Installation, MarkedRequest } from '../ownership.ts'
import type { RecordCopy } from '../plan.ts'
import type { Network } from '../target.ts'

/** `planned`: not made yet. `made`: by the request. `found`: in place before the request, so that owner and details may be other than assumed. */
export type Existence = 'planned' | 'made' | 'found'

/** Everything that goes into an export. */
export interface TerraformInput {
  /** The request, as the tags name it; a plan of an older version does not say which installation made it. */
  readonly maker: MarkedRequest & Partial<Installation>
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
    /** Its resource group, if that is not the network's. */
    readonly resourceGroup?: string
  }
  /** Name of the endpoint's network interface; absent where Azure chooses it. */
  readonly interfaceName?: string
  /** Absent where the request has nothing to do with DNS. */
  readonly dns?: {
    readonly zone: Assumable & { readonly name: string; readonly subscription: string; readonly resourceGroup: string }
    readonly link: Assumable & { readonly name: string }
    /** Relative names, `*` for the wildcard. */
    readonly records: readonly (Assumable & { readonly name: string })[]
    /** Records of a wider zone that the link hides. */
    readonly copies?: readonly (Assumable & Omit<RecordCopy, 'exists'>)[]
  }
}

export interface Assumable {
  readonly existence: Existence
  /** Name or place are the usual ones and were not observed: the file asks to check them. */
  readonly assumed?: boolean
  /** The request began to make it and did not see it finished: it may exist. */
  readonly begun?: boolean
}

export interface ExportedService {
  readonly id: string
  readonly name: string
  readonly host: string
  /** Its allow list has entries, ours or others', so that there is something to import. */
  readonly hasEntries: boolean
  /** The request began to change the list and did not see the change. */
  readonly begun?: boolean
  /** The other ids on its allow list. Absent when unknown: then the file has a variable for them, because Terraform manages the whole list. */
  readonly otherIds?: readonly string[]
}
