import { afterAll, beforeAll, beforeEach } from 'vitest'
import { capture, carryOut, type Estate, openWorkshop, type Workshop } from './step-fixture.ts'

/** A workshop for the tests of one file, handed to `take`: before each of them its world is as a first setup of these services leaves it. */
export function afterSetup(take: (workshop: Workshop) => void, names: readonly string[] = ['analytics-prod']): void {
  let workshop: Workshop
  let whole: Estate
  beforeAll(async () => {
    workshop = await openWorkshop()
    await carryOut('setup', workshop.about(names))
    whole = capture(workshop.world)
    take(workshop)
  })
  beforeEach(() => {
    workshop.world.gate = async () => undefined
    whole.restore(workshop.world)
  })
  afterAll(async () => await workshop.close())
}
