import { beforeAll, expect, test } from 'vitest'
import { rules } from '../../src/domain/diagnosis/rules/all.ts'
import { hasIpv6 } from '../has-ipv6.ts'
import { dnsIpv6Cases } from './dns-ipv6-cases.ts'
import { type FaultCase, faultCases } from './fault-cases.ts'
import { type FaultStage, faultStage } from './fault-world.ts'

/** Every fault of the table, produced on real sockets, and named by both planes together. */

let stage: FaultStage
beforeAll(async () => {
  stage = await faultStage()
})

const named = (each: FaultCase): [string, FaultCase] => [`${each.codes.join(', ')}: ${each.what}`, each]

test.each(faultCases.map(named))('%s', find)

test.skipIf(!hasIpv6).each(dnsIpv6Cases.map(named))('%s', find)

async function find(_name: string, each: FaultCase): Promise<void> {
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
}

test('no code is without its fault', () => {
  const elsewhere = {
    'the one-shot command': ['host-public', 'host-unknown'],
    'the lab': ['dns-hosts-override', 'dns-search-domain', 'network-unreachable'],
  }
  const produced = new Set([...faultCases.flatMap(({ codes }) => codes), ...Object.values(elsewhere).flat()])
  expect(rules.map(({ code }) => code).filter((code) => !produced.has(code))).toEqual([])
})
