import { createBoard, type FaultBoard } from './faults/board.ts'
import type { House } from './house.ts'
import type { LedgerReader } from './ledger-reader.ts'

/** One sandbox on the page, with the faults that are on in it. */
export interface Stage {
  readonly house: House
  readonly ledger: LedgerReader
  readonly faults: FaultBoard
  close(): Promise<void>
}

export function createStage(house: House, ledger: LedgerReader): Stage {
  const faults = createBoard(house)
  return {
    house,
    ledger,
    faults,
    async close() {
      await faults.close()
      ledger.close()
      await house.close()
    },
  }
}
