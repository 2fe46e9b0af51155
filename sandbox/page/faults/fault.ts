import type { Call, ClickHouseService, Gate, PrivateEndpoint, PrivateZone, Refusal } from '../../world.ts'
import type { House } from '../house.ts'

/** What a fault may break: the first connection that stands in the prepared network. */
export interface Site {
  readonly house: House
  readonly service: ClickHouseService
  readonly host: string
  readonly endpoint: PrivateEndpoint
  readonly zone: PrivateZone
  /** A second address of the network, where nothing listens. */
  readonly foreign: string
  /** Answers calls of the vendors before they do, until it is undone. */
  gate(gate: Gate): () => void
}

/** Undoes the fault. It leaves alone what somebody has mended meanwhile. */
export type Undo = () => void | Promise<void>

export interface Fault {
  readonly key: string
  /** The code that a diagnosis gives; absent where no diagnosis tells, and the line says who does. */
  readonly code?: string
  readonly title: string
  /** What it is in the field, in one line. */
  readonly field: string
  /** It breaks a connection, so that there has to be one. */
  readonly needsConnection: boolean
  breaks(site: Site): Undo | Promise<Undo>
}

/** One that breaks a connection. */
export function fault(code: string, title: string, field: string, breaks: Fault['breaks'], key = code): Fault {
  return { key, code, title, field, needsConnection: true, breaks }
}

/** Refuses calls of a vendor. */
export function refuse(vendor: Call['vendor'], isMeant: (call: Call) => boolean, refusal: Refusal): Gate {
  return async (call, phase) => (call.vendor === vendor && phase === 'arrived' && isMeant(call) ? refusal : undefined)
}
