import { expect, test } from 'vitest'
import { type Cell, cellsOf, type Survey, tableOf } from '../../../src/domain/survey.ts'
import { rowsOf, surveyOf } from '../../../src/redis/survey-rows.ts'
import { service } from '../literals.ts'

const other = { ...service, id: 'other' }
const blank = { living: [], record: 'absent', listed: false } as const
const there: Cell = {
  service,
  network: 'b',
  endpoint: { name: 'pe', connection: 'Approved', address: '10.0.0.4' },
  living: ['guid', 'id'],
  record: 'right',
  listed: true,
}
const rest = { readAt: '2026-01-01T00:00:00.000Z', unread: [], names: {} }
const survey = (cells: readonly Cell[]): Survey => ({ ...rest, ...tableOf(cells) })

const throughRedis = (cells: readonly Cell[]) => surveyOf(JSON.parse(JSON.stringify(rowsOf(survey(cells)))))

test.each<[string, readonly Cell[]]>([
  ['nothing', []],
  [
    'what is there beside blank pairs',
    [
      { service, network: 'a', ...blank },
      there,
      { service: other, network: 'a', ...blank },
      { service: other, network: 'b', ...blank },
    ],
  ],
  [
    'an endpoint whose GUID is not known',
    [{ service, network: 'a', endpoint: { name: 'pe', connection: 'Pending' }, record: 'absent', listed: false }],
  ],
  ['a record alone', [{ service, network: 'a', ...blank, record: 'elsewhere' }]],
  ['a network that was read for one service only', [there, { service: other, network: 'c', ...blank }]],
])('%s is the same when it has been kept', (_what, cells) => {
  expect(throughRedis(cells)).toEqual(survey(cells))
  expect(new Set(cellsOf(throughRedis(cells)))).toEqual(new Set(cells))
})

test('what 0.2.0 has stored is read', () => {
  expect(surveyOf({ ...rest, cells: [there] })).toEqual(survey([there]))
})

test('what many services have in common is kept once', () => {
  const sizeOf = (services: number) => {
    const all = Array.from({ length: services }, (_, index) => ({ ...service, id: `service-${index}` }))
    return JSON.stringify(rowsOf(survey(all.map((each) => ({ ...there, service: each })))).seen).length
  }
  expect(sizeOf(100)).toBe(sizeOf(1))
})
