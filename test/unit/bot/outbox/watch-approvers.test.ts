import { beforeEach, expect, test } from 'vitest'
import { availabilityField, availabilityMark } from '../../../../src/bot/cards/request/approver-availability.ts'
import type { Absence } from '../../../../src/bot/chat/surface.ts'
import { availabilityOf } from '../../../../src/bot/outbox/availability.ts'
import { showChangedAvailability } from '../../../../src/bot/outbox/watch-approvers.ts'
import type { Request } from '../../../../src/domain/request.ts'
import { bob, carol, samples } from '../../../sample-requests.ts'

/** Which waiting requests are shown anew when their approvers go and come. */

const group = { surface: 'slack', id: 'S1' } as const

let away: Map<string, Absence>
let silent: boolean
let drawn: Record<string, string>
let shown: string[]
beforeEach(() => {
  away = new Map()
  silent = false
  drawn = {}
  shown = []
})

const people = {
  away: async () => away,
  membersOf: async () => (silent ? undefined : []),
}

function waiting(changes: object = {}): Request {
  const { approval } = samples['awaiting-approval']
  if (approval === undefined) throw new Error('the sample has an approval')
  return { ...samples['awaiting-approval'], approval: { ...approval, ...changes } }
}

/** As the outbox notes it when it shows the request. */
async function draw(request: Request): Promise<void> {
  drawn = { [availabilityField]: availabilityMark(request, await availabilityOf(people, request)) }
}

async function called(request: Request): Promise<readonly string[]> {
  shown = []
  await showChangedAvailability({
    people,
    ledger: { open: async () => [request] },
    messages: { of: async () => drawn },
    producer: { show: async ({ id }) => void shown.push(id) },
  })
  return shown
}

test('an approver who is deactivated, and who comes back', async () => {
  await draw(waiting())
  expect(await called(waiting())).toEqual([])
  away.set(bob.key, 'deactivated')
  expect(await called(waiting())).toEqual(['PL-42'])
  await draw(waiting())
  expect(await called(waiting())).toEqual([])
  away.clear()
  expect(await called(waiting())).toEqual(['PL-42'])
})

test('too few are left of a group', async () => {
  const request = waiting({ approvers: [carol], groups: [group], needed: 2 })
  silent = true
  await draw(request)
  silent = false
  expect(await called(request)).toEqual(['PL-42'])
  await draw(request)
  silent = true
  expect(await called(request)).toEqual([])
})

test('what was not shown yet, or waits for nobody, is left alone', async () => {
  away.set(bob.key, 'deactivated')
  expect(await called(waiting())).toEqual([])
  drawn = { [availabilityField]: 'enough' }
  expect(await called(samples.applying)).toEqual([])
})
