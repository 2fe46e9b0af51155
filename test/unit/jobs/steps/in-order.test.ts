import { expect, test } from 'vitest'
import type { StepId } from '../../../../src/domain/plan.ts'
import { visitInOrder } from '../../../../src/jobs/steps/in-order.ts'
import { procedures } from '../../../../src/jobs/steps/procedure.ts'

const step = (id: StepId, ...needs: StepId[]) => ({ id, needs })

test('independent steps run at the same time, needed ones first', async () => {
  const log: string[] = []
  const both = Promise.withResolvers<void>()
  let waiting = 0
  await visitInOrder(
    [step('private-endpoint'), step('dns-zone'), step('dns-record', 'private-endpoint', 'dns-zone')],
    async ({ id }) => {
      log.push(`begin ${id}`)
      if (id !== 'dns-record') {
        // Neither ends before both have begun.
        if (++waiting === 2) both.resolve()
        await both.promise
      }
      log.push(`end ${id}`)
    },
  )
  expect(log.slice(0, 2)).toEqual(['begin private-endpoint', 'begin dns-zone'])
  expect(log.at(-2)).toBe('begin dns-record')
})

test('after a failure nothing new begins, what runs is waited for, and the first failure is thrown', async () => {
  const log: string[] = []
  const slow = Promise.withResolvers<void>()
  const visits = visitInOrder(
    [step('private-endpoint'), step('dns-zone'), step('network-link', 'dns-zone'), step('dns-record', 'private-endpoint')],
    async ({ id }) => {
      log.push(id)
      if (id === 'private-endpoint') throw new Error('refused')
      await slow.promise
      log.push(`end ${id}`)
    },
  )
  slow.resolve()
  await expect(visits).rejects.toThrow('refused')
  expect(log).toEqual(['private-endpoint', 'dns-zone', 'end dns-zone'])
})

test.each(Object.entries(procedures))('%s names every step after those that it needs', (_action, steps) => {
  const seen = new Set<StepId>()
  const ids = steps.map(({ id }) => id)
  for (const { id, needs } of steps) {
    for (const need of needs.filter((each) => ids.includes(each))) expect(seen).toContain(need)
    seen.add(id)
  }
})
