import { expect, test } from 'vitest'
import { sweepRequests } from '../../../../src/jobs/requests/sweep.ts'
import { samples } from '../../../sample-requests.ts'

/** What the sweep does about a plan that waits. */

const { planning } = samples

async function swept(waitedMs: number, isAwake: boolean): Promise<readonly string[]> {
  const did: string[] = []
  const sources = {
    ledger: {
      open: async () => [planning],
      record: async () => {
        throw new Error('Nothing is due.')
      },
    },
    producer: {
      show: async () => void did.push('show'),
      isAwake: async () => isAwake,
      rouse: async () => void did.push('rouse'),
      hurry: async () => void did.push('hurry'),
    },
  }
  await sweepRequests(sources, new Date(Date.parse(planning.asked.at) + waitedMs).toISOString())
  return did
}

test('one without a job gets one; one that has waited for two minutes goes ahead of later ones', async () => {
  expect(await swept(1_000, true)).toEqual([])
  expect(await swept(1_000, false)).toEqual(['rouse'])
  expect(await swept(121_000, true)).toEqual(['hurry'])
})
