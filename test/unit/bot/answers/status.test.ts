import { expect, test } from 'vitest'
import type { Desk } from '../../../../src/bot/answers/desk.ts'
import { showStatus } from '../../../../src/bot/answers/status.ts'
import { type Survey, tableOf } from '../../../../src/domain/survey.ts'
import { service } from '../../literals.ts'
import { textOf } from '../card-text.ts'

const readAt = '2026-03-01T14:07:00.000Z'
const never = new Date(0).toISOString()
const unread = { ...service, id: 'unread', name: 'reports-prod', provider: 'azure' }
const basic = { ...service, id: 'basic', name: 'basic-tier', provider: 'azure' }
const elsewhere = { ...service, id: 'elsewhere', name: 'on-aws', provider: 'aws', region: 'us-east-1' }
const survey: Survey = {
  ...{ readAt, unread: [] },
  ...tableOf([{ service, network: 'prod-westus3', record: 'absent', listed: false }]),
  names: { [service.id]: { alias: 'a', host: 'h', readAt }, unread: { readAt: never }, basic: { readAt } },
}
const desk = (known: Survey | undefined = survey, learned?: Survey) =>
  ({
    survey: { read: async () => known, readWithNames: async () => learned ?? known },
    verdicts: { read: async () => new Map() },
    inventory: { read: async () => ({ readAt, services: [service, unread, basic, elsewhere], allowLists: {} }) },
    now: () => '2026-03-01T14:10:00.000Z',
  }) as unknown as Desk
const ask = async (name: string, known?: Survey) => textOf(await showStatus(desk(known), { service: name }))

test('a service that exists is not denied while its private name is unread', async () => {
  const text = await ask('Reports-Prod')
  expect(text).toContain('reports-prod exists')
  expect(text).toContain('has not been read yet')
  expect(text).toContain('diagnose reports-prod from NETWORK')
  expect(text).not.toContain('not among')
})

test('names that were learned since the survey count', async () => {
  const host = 'r1.westus3.privatelink.azure.clickhouse.cloud'
  const learned = { ...survey, names: { ...survey.names, unread: { alias: 'a', host, readAt } } }
  const text = textOf(await showStatus(desk(survey, learned), undefined))
  expect(textOf(await showStatus(desk(), undefined))).toContain('One service is not read yet')
  expect(text).not.toContain('not read yet')
})

test('a private host names its service', async () => {
  const known = {
    ...survey,
    names: { [service.id]: { alias: 'a', host: 'q7.westus3.privatelink.azure.clickhouse.cloud', readAt } },
  }
  expect(await ask('Q7.westus3.privatelink.azure.clickhouse.cloud', known)).toContain(service.name)
})

test('a service without Private Link, or in another cloud, is said to be that', async () => {
  expect(await ask('basic-tier')).toContain('no Private Link for basic-tier')
  expect(await ask('on-aws')).toContain('runs on aws (us-east-1)')
})

test('what does not exist is denied, with the nearest of all services', async () => {
  const text = await ask('report-prod')
  expect(text).toContain('not among')
  expect(text).toContain('status reports-prod')
})
