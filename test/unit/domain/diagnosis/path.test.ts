import { expect, test } from 'vitest'
import { pathOf } from '../../../../src/domain/diagnosis/path.ts'
import * as the from './evidence-literals.ts'

const states = (...args: Parameters<typeof pathOf>) => pathOf(...args).map(({ state }) => state)

test('the healthy path', () => {
  expect(pathOf(the.healthy)).toEqual([
    { phase: 'name', state: 'ok' },
    { phase: 'dns', state: 'ok', detail: '10.0.0.4', elapsedMs: 4 },
    { phase: 'address', state: 'ok', detail: '10.0.0.4' },
    { phase: 'tcp', state: 'ok', detail: '8443, 9440', elapsedMs: 2 },
    { phase: 'tls', state: 'ok', elapsedMs: 9 },
    { phase: 'service', state: 'ok', detail: 'Ok.', elapsedMs: 12 },
  ])
})

test('what follows a failure is unknown, never fine', () => {
  const path = pathOf(the.evidence({ network: the.tlsFailing(the.reset) }))
  expect(path[4]).toMatchObject({ state: 'fail', detail: 'reset after the hello' })
  expect(path[5]).toEqual({ phase: 'service', state: 'unknown', detail: 'not reached' })
  expect(states(the.evidence({ network: the.tcpFailing(the.timeout) }))).toEqual(['ok', 'ok', 'ok', 'fail', 'unknown', 'unknown'])
  expect(states(the.evidence({ network: 'absent', control: 'unknown' }))).toEqual(Array(6).fill('unknown'))
})

test('a service that was let sleep was reached, and not asked', () => {
  expect(pathOf(the.evidence({ network: { ping: undefined } }))[5]).toMatchObject({ state: 'unknown', detail: 'not asked' })
})

test('an answer that leads elsewhere is a failure of DNS', () => {
  const path = pathOf(the.evidence({ network: the.leadingTo(['10.0.0.9'], ['10.0.0.9']) }))
  expect(path[1]).toMatchObject({ state: 'fail', detail: '10.0.0.9' })
  expect(path[3]).toMatchObject({ state: 'fail', detail: '8443 no answer, 9440 no answer' })
})

test('a reset that no hello asked for is not said to follow one', () => {
  const path = pathOf(the.evidence({ network: the.tlsFailing(the.reset, { resetUnasked: true }) }))
  expect(path[4]).toMatchObject({ state: 'fail', detail: 'reset before the hello' })
})

test('one port of two', () => {
  const { 'tls:9440': failed } = the.tlsFailing(the.reset)
  expect(pathOf(the.evidence({ network: { 'tls:9440': failed } }))[4]).toMatchObject({ detail: '9440 reset after the hello' })
})
