import { expect, test } from 'vitest'
import { completions } from '../../../../../sandbox/page/client/complete.ts'

const words = { services: ['analytics-prod', 'billing-prod'], networks: ['prod-westus3'] }
const offered = (line: string) => completions(line, '/privatelink', words).map(({ label }) => label)

test.each([
  ['', []],
  ['/pri', ['/privatelink']],
  ['/privatelink s', ['setup', 'status']],
  ['/privatelink setup ', ['analytics-prod', 'billing-prod', 'in']],
  ['/privatelink setup b', ['billing-prod']],
  ['/privatelink setup billing-prod in ', ['prod-westus3']],
  ['/privatelink diagnose analytics-prod f', ['from']],
  ['/privatelink watch analytics-prod every ', ['1m', '5m']],
  ['/privatelink requests o', ['open']],
  ['hello', []],
  ['/other setup ', []],
])('%j offers %j', (line, labels) => {
  expect(offered(line)).toEqual(labels)
})

test('what is taken replaces the word that was begun', () => {
  expect(completions('/privatelink setup bil', '/privatelink', words)[0]?.line).toBe('/privatelink setup billing-prod ')
})
