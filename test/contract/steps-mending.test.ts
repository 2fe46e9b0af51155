import { afterAll, beforeAll } from 'vitest'
import type { Listing } from '../../src/domain/request.ts'
import { holdSteps, scenario, stage } from './step-contract.ts'
import { askedAt, capture, carryOut, changing, endpointIn, installation, openWorkshop, type Workshop } from './step-fixture.ts'

/** The contract of steps where an endpoint is made anew, and where a request is undone. */

const journal: Listing[] = []
const made = new Set(changing('setup').map(({ id }) => id))
const healing = scenario('setup where the connection is dead', 'setup', ['dns-zone', 'network-link'])
const undo = scenario('undo', 'teardown', ['private-endpoint'], {
  maker: { ...installation, request: 'PL-2', askedAt: '2026-03-02T12:00:00.000Z' },
  undoing: { request: 'PL-1', askedAt, made, listed: journal },
})

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
  const { world, context } = workshop
  await carryOut('setup', context({ noteListed: async (listing) => void journal.push(listing) }))
  const whole = capture(world)
  endpointIn(world).connection = 'Rejected'
  await stage(workshop, healing)
  whole.restore(world)
  await stage(workshop, undo)
})
afterAll(async () => await workshop.close())

holdSteps([healing, undo], () => workshop)
