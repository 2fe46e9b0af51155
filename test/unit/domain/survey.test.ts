import { describe, expect, test } from 'vitest'
import {
  type Cell,
  cellOf,
  isConnected,
  isUntouched,
  livingIdsOf,
  type SeenNetwork,
  tableOf,
} from '../../../src/domain/survey.ts'
import { subnetId, vnetId } from '../../../src/domain/target.ts'
import { network, service } from '../literals.ts'

const names = { alias: 'the-alias', host: 'q7.westus3.privatelink.azure.clickhouse.cloud' }
const endpoint = {
  id: '/subscriptions/s1/endpoints/PE',
  name: 'pe',
  guid: 'AAAA',
  address: '10.0.0.4',
  connection: 'Approved',
  connectsTo: 'The-Alias',
  subnetId: subnetId(network).toUpperCase(),
}
const zone = {
  name: 'westus3.privatelink.azure.clickhouse.cloud',
  linked: true,
  records: [{ name: '*', addresses: ['10.0.0.4'] }],
}
const whole: SeenNetwork = { network, endpoints: [endpoint], zones: [zone] }

const see = (seen: Partial<SeenNetwork>, allowList = ['aaaa']): Cell => cellOf(service, names, allowList, { ...whole, ...seen })

test('everything in place, ids compared without case, in either form', () => {
  expect(see({})).toEqual({
    service,
    network: 'prod-westus3',
    endpoint: { name: 'pe', connection: 'Approved', address: '10.0.0.4' },
    living: ['AAAA', endpoint.id],
    record: 'right',
    listed: true,
  })
  expect(isConnected(see({}))).toBe(true)
  expect(see({}, [endpoint.id.toLowerCase()]).listed).toBe(true)
  expect(see({}, ['somebody-else']).listed).toBe(false)
})

test('nothing there', () => {
  const nothing = see({ endpoints: [], zones: [] })
  expect(nothing).toEqual({ service, network: 'prod-westus3', living: [], record: 'absent', listed: false })
  expect(isUntouched(nothing)).toBe(true)
  expect(isUntouched(see({ endpoints: [], zones: [{ ...zone, linked: false }] }))).toBe(true)
  expect(isUntouched(see({ endpoints: [] }))).toBe(false)
})

test('endpoints to other services or in other VNets do not count; an Approved one comes first', () => {
  expect(see({ endpoints: [{ ...endpoint, connectsTo: 'other' }] }).endpoint).toBeUndefined()
  expect(see({ endpoints: [{ ...endpoint, subnetId: 'other' }] }).endpoint).toBeUndefined()
  expect(see({ endpoints: [{ ...endpoint, subnetId: `${vnetId(network)}/subnets/hub` }] }).endpoint).toBeDefined()
  const pending = { ...endpoint, name: 'old', connection: 'Pending' }
  expect(see({ endpoints: [pending, endpoint] }).endpoint?.name).toBe('pe')
  expect(isConnected(see({ endpoints: [pending] }))).toBe(false)
})

test('what may stand on an allow list is known only where all networks are', () => {
  const [cell, none] = [see({}), { ...see({ endpoints: [] }), network: 'lab' }]
  const survey = { readAt: '', names: {}, unread: [], ...tableOf([cell, none]) }
  expect(livingIdsOf(service.id, survey)).toEqual(['AAAA', endpoint.id])
  expect(livingIdsOf('another', survey)).toBeUndefined()
  expect(livingIdsOf(service.id, { ...survey, unread: [{ network: 'lab', problem: 'HTTP 403' }] })).toBeUndefined()
  const { guid: _, ...unnamed } = endpoint
  expect(
    livingIdsOf(service.id, { ...survey, ...tableOf([cell, { ...see({ endpoints: [unnamed] }), network: 'lab' }]) }),
  ).toBeUndefined()
})

describe('the record', () => {
  const record = (changes: Partial<typeof zone>) => see({ zones: [{ ...zone, ...changes }] }).record
  test.each([
    ['absent', { records: [] }],
    ['not-linked', { linked: false }],
    ['elsewhere', { records: [{ name: '*', addresses: ['10.0.0.9'] }] }],
    ['elsewhere', { records: [{ name: '*', addresses: ['10.0.0.4', '10.0.0.9'] }] }],
    ['absent', { name: 'eastus2.privatelink.azure.clickhouse.cloud' }],
    ['right', { records: [...zone.records, { name: 'other', addresses: ['10.0.0.9'] }] }],
  ] as const)('%s', (expected, changes) => {
    expect(record(changes as Partial<typeof zone>)).toBe(expected)
  })

  test('the host’s own label overrides the wildcard', () => {
    expect(record({ records: [...zone.records, { name: 'Q7', addresses: ['10.0.0.9'] }] })).toBe('elsewhere')
  })
})
