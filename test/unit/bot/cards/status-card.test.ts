import { expect, test } from 'vitest'
import { statusCard } from '../../../../src/bot/cards/status-card.ts'
import { type Cell, type LastVerdict, type Survey, tableOf } from '../../../../src/domain/survey.ts'
import { service } from '../../literals.ts'
import { textOf } from '../card-text.ts'

const now = '2026-03-01T14:10:00.000Z'
const connected: Cell = {
  service,
  network: 'prod-westus3',
  endpoint: { name: 'pe', connection: 'Approved', address: '10.0.0.4' },
  record: 'right',
  listed: true,
}
const untouched: Cell = { service, network: 'staging-eastus2', record: 'absent', listed: false }
const broken: Cell = { ...connected, network: 'lab', record: 'elsewhere', listed: false }
const survey: Survey = { readAt: '2026-03-01T14:07:00.000Z', networks: [], rows: [], unread: [], names: {} }
const verdict: LastVerdict = { code: 'healthy', severity: 'ok', at: '2026-03-01T14:05:00.000Z' }

const show = (cells: readonly Cell[], changes: Partial<Survey> = {}, last: LastVerdict | undefined = verdict) => {
  const verdictOf = ({ network }: Cell) => (network === 'prod-westus3' ? last : undefined)
  const table = tableOf(cells)
  return textOf(statusCard(table.rows, { survey: { ...survey, ...table, ...changes }, verdictOf, now })).replaceAll(/[`*]/g, '')
}

test('endpoint, record, allow list and last verdict of each pair, and how old that is', () => {
  const text = show([connected, untouched, broken])
  expect(text).toContain('1 of 3 pairs of service and network connected')
  expect(text).toContain(
    '✔ in place prod-westus3: endpoint Approved · record leads to it · on the allow list · healthy 5 min ago',
  )
  expect(text).toContain('· not set up staging-eastus2')
  expect(text).toContain('✘ incomplete lab: endpoint Approved · record leads elsewhere · not on the allow list · never diagnosed')
  expect(text).toContain('3 min ago')
  expect(text).toContain('diagnose SERVICE from NETWORK')
})

test('in place is not called fine when the last look from inside failed', () => {
  expect(show([connected], {}, { ...verdict, code: 'dns-record-stale', severity: 'fail' })).toContain(
    '! in place, last diagnosis failed prod-westus3',
  )
})

test('what is old, unread or not known yet is said', () => {
  expect(show([connected], { readAt: '2026-03-01T12:00:00.000Z' })).toContain('the jobs process may be down')
  expect(show([connected], { unread: [{ network: 'lab', problem: 'Azure refused. <!channel>' }] })).toContain(
    'lab could not be read: Azure refused.',
  )
  const stale = [{ organization: 'globex', readAt: '2026-03-01T12:00:00.000Z' }, { organization: 'initech' }]
  expect(show([connected], { stale })).toMatch(/globex could not be read: its services are as they were .*12:00 UTC>\./)
  expect(show([connected], { stale })).toContain('initech could not be read: its services are missing.')
  expect(show([connected], { names: { x: { readAt: new Date(0).toISOString() } } })).toContain('One service is not read yet')
})

test('who could look from inside', () => {
  const text = show([connected], { workers: { 'prod-westus3': ['1.0.0', '1.0.0'], lab: [] } })
  expect(text).toContain('Diagnostics workers: prod-westus3 2 (version 1.0.0) · lab none')
})

test('many services are cut, and said to be', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...connected, service: { ...service, id: `s${index}` } }))
  expect(show(many)).toContain('5 more services')
})
