import { beforeAll, expect, test } from 'vitest'
import { rules } from '../../src/domain/diagnosis/rules/all.ts'
import { type FaultCase, faultCases } from './fault-cases.ts'
import { type FaultStage, faultStage } from './fault-world.ts'

/** Every fault of the table, produced on real sockets, and named by both planes together. */

let stage: FaultStage
beforeAll(async () => {
  stage = await faultStage()
})

test.each(faultCases.map((each): [string, FaultCase] => [`${each.codes.join(', ')}: ${each.what}`, each]))(
  '%s',
  async (_name, each) => {
    const world = await stage.open()
    try {
      await each.break(world)
      const { verdict } = await world.diagnose(each)
      const found = verdict.findings.map(({ code }) => code)
      expect(found.length === 0 ? [verdict.code] : found).toEqual(each.codes)
      expect(verdict.detail).toMatch(/.{10}/)
      expect(verdict.remedy.text).toMatch(each.remedy ?? /.{10}/)
    } finally {
      await world.close()
    }
  },
)

test('no code is without its fault', () => {
  const elsewhere = {
    'the one-shot command': ['host-public', 'host-unknown'],
    'the lab': ['dns-hosts-override', 'dns-search-domain', 'network-unreachable'],
  }
  const produced = new Set([...faultCases.flatMap(({ codes }) => codes), ...Object.values(elsewhere).flat()])
  expect(rules.map(({ code }) => code).filter((code) => !produced.has(code))).toEqual([])
})
