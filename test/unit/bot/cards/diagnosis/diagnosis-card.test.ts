import { expect, test } from 'vitest'
import { diagnosisCard } from '../../../../../src/bot/cards/diagnosis/diagnosis-card.ts'
import { evidenceCard } from '../../../../../src/bot/cards/diagnosis/evidence-card.ts'
import { changesBetween, snapshotOf } from '../../../../../src/domain/diagnosis/changes.ts'
import type { Diagnosis } from '../../../../../src/domain/diagnosis/diagnosis.ts'
import type { Finding } from '../../../../../src/domain/diagnosis/finding.ts'
import { judge } from '../../../../../src/domain/diagnosis/judge.ts'
import { rules } from '../../../../../src/domain/diagnosis/rules/all.ts'
import { alice, askedAt, data, healthy } from '../../../../sample-requests.ts'
import { certificate as cert, evidence, verified, healthy as whole } from '../../../domain/diagnosis/evidence-literals.ts'
import { textOf } from '../../card-text.ts'

const open: Diagnosis = {
  id: 'DG-1',
  asked: { by: alice, place: data, at: askedAt, service: 'analytics-prod', network: 'prod-westus3' },
}
const tls = (certificate: typeof cert) => ({ 'tls:8443': { ...verified, certificate } })
const endedAt = '2026-03-01T14:05:03.000Z'

const missing: Finding = {
  code: 'allow-list-missing',
  severity: 'fail',
  title: "The endpoint is not on the service's allow list",
  detail: 'DNS leads to the endpoint, its connection is Approved, TCP opens, then the service resets TLS.',
  remedy: { text: 'Put the endpoint on the list:', command: 'setup analytics-prod in prod-westus3' },
}
const skewed: Finding = {
  code: 'clock-skew',
  severity: 'warn',
  title: 'The clock is wrong',
  detail: 'By an hour.',
  remedy: { text: 'Set up NTP.' },
}

test('while it still looks there is nothing to show', () => {
  expect(diagnosisCard(open)).toBeUndefined()
})

test('a fault: what, the path as far as it was seen, why, and what mends it', () => {
  const host = 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud'
  const address = '10.0.0.4'
  const dns = { server: '168.63.129.16', rcode: 'NOERROR', addresses: [address], cnames: [], elapsedMs: 4 }
  const failure = { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' }
  const card = diagnosisCard({
    ...open,
    endedAt,
    looks: [
      {
        network: 'prod-westus3',
        verdict: { ...missing, findings: [missing, skewed] },
        since: { lastHealthyAt: askedAt, changes: [{ what: 'the allow list', said: 'lost 3f1c', inPublic: 'lost 1 entry' }] },
        evidence: {
          host,
          network: 'prod-westus3',
          networkPlane: {
            resolver: dns,
            'azure-dns': dns,
            address: { dialled: address },
            'tcp:8443': { address, connected: true, elapsedMs: 2 },
            'tcp:9440': { address, connected: true, elapsedMs: 2 },
            'tls:8443': { address, verified: false, failure, bytesRead: 0, elapsedMs: 3 },
            'tls:9440': { address, verified: false, failure, bytesRead: 0, elapsedMs: 3 },
          },
        },
      },
    ],
  })
  const text = card === undefined ? '' : textOf(card)
  expect(text).toContain("analytics-prod from prod-westus3: the endpoint is not on the service's allow list")
  expect(text).toContain('fault · allow-list-missing')
  expect(text).toMatch(/DNS ✔ 10\.0\.0\.4 \(4 ms\) → .*TCP ✔.*→ TLS ✘/)
  expect(text).toContain('*Why*  DNS leads to the endpoint')
  expect(text).toContain('*Fix*  Put the endpoint on the list:  `/privatelink setup analytics-prod in prod-westus3`')
  expect(text).toContain('`clock-skew` The clock is wrong. Set up NTP.')
  expect(text).toContain('answered in 3 s')
  expect(text).toContain('Since then:')
  expect(text).toContain('the allow list: lost 1 entry')
  expect(text).not.toContain('3f1c')
  expect(card?.buttons?.map(({ label }) => label)).toEqual(['Request the fix', 'Run again', 'Evidence'])
})

test('healthy says healthy, and no remedy', () => {
  const card = diagnosisCard({ ...open, endedAt, looks: [{ network: 'prod-westus3', verdict: healthy }] })
  const text = card === undefined ? '' : textOf(card)
  expect(text).toContain('\nhealthy\n')
  expect(text).not.toContain('*Fix*')
})

test('no verdict: why not, and what to do', () => {
  const problem = { code: 'service-unknown', message: '"x" is not a service of acme.', remedy: 'Did you mean y?' }
  const card = diagnosisCard({ ...open, endedAt, problem })
  const text = card === undefined ? '' : textOf(card)
  expect(text).toContain('no diagnosis')
  expect(text).toContain('Did you mean y?')
})

test('from everywhere: side by side, and one network that could not be looked at blanks nothing', () => {
  const card = diagnosisCard({
    ...open,
    asked: { by: alice, place: data, at: askedAt, service: 'analytics-prod' },
    endedAt,
    looks: [
      { network: 'prod-westus3', verdict: healthy },
      {
        network: 'staging-eastus2',
        verdict: { ...missing, findings: [missing, skewed] },
        since: { lastHealthyAt: askedAt, changes: [{ what: 'the allow list', said: 'lost 3f1c', inPublic: 'lost 1 entry' }] },
      },
      { network: 'lab', problem: { code: 'x', message: 'Redis said no.', remedy: 'y' } },
    ],
  })
  const text = card === undefined ? '' : textOf(card)
  expect(text).toContain('analytics-prod from everywhere: healthy from 1 of 3 networks')
  expect(text).toContain('✔ *prod-westus3*  healthy')
  expect(text).toContain("✘ *staging-eastus2*  fault · allow-list-missing: The endpoint is not on the service's allow list")
  expect(text).toContain('? *lab*  not diagnosed: Redis said no.')
  const order = ['✘ *staging-eastus2*', '? *lab*', '✔ *prod-westus3*'].map((start) => text.indexOf(start))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(text).toContain('\nfault · allow-list-missing\n')
  expect(text).toContain('*Also found*  clock-skew')
  expect(text).toMatch(/Last healthy\* .*; since then the allow list: lost 1 entry/)
  expect(card?.buttons?.[0]).toMatchObject({
    verb: 'fix',
    label: 'Request the fix for staging-eastus2',
    digest: 'staging-eastus2',
  })
  expect(card?.buttons?.filter(({ verb }) => verb === 'fix')).toHaveLength(1)
})

test('from everywhere, of many networks: those with the same verdict together, what few have first', () => {
  const looks = [
    ...Array.from({ length: 30 }, (_, index) => ({ network: `fine-${index}`, verdict: healthy })),
    ...Array.from({ length: 12 }, (_, index) => ({
      network: `missing-${index}`,
      verdict: { ...missing, findings: [missing] },
    })),
    { network: 'alone', verdict: { ...missing, findings: [missing, skewed] } },
  ]
  const asked = { by: alice, place: data, at: askedAt, service: 'analytics-prod' }
  const card = diagnosisCard({ ...open, asked, endedAt, looks })
  const text = card === undefined ? '' : textOf(card)
  const order = ['✘ *alone*', '✘ *12 networks*', '✔ *30 networks*'].map((start) => text.indexOf(start))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order).not.toContain(-1)
  expect(text).toContain('missing-0, missing-1, missing-2,')
  expect(text).toContain('*Fix for missing-0*')
  expect(card?.parts.length).toBeLessThan(10)
})

test('evidence is for the one who asks to see it', () => {
  const text = textOf(evidenceCard({ ...open, endedAt, looks: [{ network: 'n', evidence: whole, verdict: healthy }] }))
  expect(text).toContain('`resolver` 10.0.0.53: NOERROR, 10.0.0.4, TTL 300 s, 4 ms')
  expect(text).toContain('`allow list` 3f1c2d4e-0000-4000-8000-000000000001')
})

test('what changed since it worked: how much on the card, what in the evidence', () => {
  const guid = whole.controlPlane?.endpoint?.guid ?? ''
  const before = snapshotOf(whole)
  const certificate = { ...cert, issuer: 'CN=Corp CA' }
  const after = snapshotOf(evidence({ control: { allowList: [], serviceState: 'idle' }, network: tls(certificate) }))
  const since = { lastHealthyAt: askedAt, changes: changesBetween({ ...before, issuer: ['CN=R3'] }, after) }
  const diagnosis = {
    ...open,
    endedAt,
    looks: [{ network: 'n', evidence: whole, verdict: { ...missing, findings: [missing] }, since }],
  }
  const card = textOf(diagnosisCard(diagnosis) ?? evidenceCard(open))
  expect(card).toContain('the service: was running, is idle')
  expect(card).toContain('the allow list: lost 1 entry')
  expect(card).toContain("the certificate's issuer: is another")
  expect(card).not.toMatch(/Corp CA|R3/)
  expect(card).not.toContain(guid)
  const shown = textOf(evidenceCard(diagnosis))
  expect(shown).toContain(`\`since it worked, the allow list\` was ${guid}, is none`)
  expect(shown).toContain('was CN=R3, is CN=Corp CA')
})

test('a service in a state that nobody knows can be woken from the card', () => {
  const seen = evidence({ network: { ping: undefined }, control: { serviceState: 'migrating' } })
  const card = diagnosisCard({ ...open, endedAt, looks: [{ network: 'n', evidence: seen, verdict: judge(rules, seen) }] })
  expect(card?.buttons?.map(({ verb }) => verb)).toContain('wake')
})

test('a copied record that did not follow its source is told beside the verdict, also where that is healthy, and in the evidence', () => {
  const copy = { name: 'other.example', from: 'example', addresses: ['10.9.9.9'], sourceAddresses: ['10.9.9.10'] }
  const seen = evidence({ control: { staleCopies: [copy] } })
  const verdict = judge(rules, seen)
  const diagnosis = { ...open, endedAt, looks: [{ network: 'prod-westus3', evidence: seen, verdict }] }
  expect(verdict.code).toBe('healthy')
  const said = 'other.example leads to 10.9.9.9; in example, which it was copied from, it leads to 10.9.9.10'
  expect(textOf(diagnosisCard(diagnosis) ?? { summary: '', parts: [] })).toContain(said)
  expect(textOf(evidenceCard(diagnosis))).toContain(said)
})
