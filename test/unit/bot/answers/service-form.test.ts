import { expect, test } from 'vitest'
import { serviceForm } from '../../../../src/bot/answers/service-form.ts'
import { network, service } from '../../literals.ts'

test('a long name keeps what follows it: two that begin alike, or are the same, can be told apart', () => {
  const long = 'a'.repeat(190)
  const names = [`${long}-blue`, `${long}-green`, `${long}-twin`, `${long}-twin`, `${long}🚀`]
  const services = names.map((name, index) => ({ ...service, name, id: `${index}a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10` }))
  const { parts } = serviceForm(
    'setup',
    { organization: service.organizationId },
    {
      inventory: { readAt: '2026-03-01T14:00:00.000Z', services, allowLists: {} },
      organizations: [{ id: service.organizationId, name: 'acme' }],
      networks: [network],
      now: () => '2026-03-01T14:00:40.000Z',
    },
  )
  const labels = parts
    .flatMap((part) => (part.kind === 'select' && part.name === 'service' ? part.choices : []))
    .map(({ label }) => label)
  expect(labels.map((label) => /(?:-[a-z]+|🚀)( · [^·]+)+$/u.exec(label)?.[0])).toEqual(
    expect.arrayContaining([
      '-blue · westus3',
      '-green · westus3',
      '-twin · westus3 · 2a1c4d2e',
      '-twin · westus3 · 3a1c4d2e',
      '🚀 · westus3',
    ]),
  )
  expect(labels.map((label) => [...label].length)).toEqual(names.map(() => 75))
})
