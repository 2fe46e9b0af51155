import { expect, test } from 'vitest'
import { versionProblems } from '../../../../../sandbox/teams/validate/versions.ts'

const execute = { type: 'Action.Execute', verb: 'view' }

test.each(['1.0', '1.2', '1.5'])('version %s is taken', (version) => {
  expect(versionProblems({ type: 'AdaptiveCard', version, body: [{ type: 'TextBlock', text: 'x' }] })).toEqual([])
})

test.each([undefined, '', '1', '1.6', '1.50', '2.0', 'v1.5', (1.5).toFixed(2)])('version %s is refused', (version) => {
  expect(versionProblems({ type: 'AdaptiveCard', version })).toEqual([`card.version must be between 1.0 and 1.5, not ${version}`])
})

test('what is newer than the stated version is refused, wherever it stands', () => {
  const card = {
    type: 'AdaptiveCard',
    version: '1.2',
    refresh: { action: execute },
    body: [
      { type: 'ActionSet', actions: [execute] },
      { type: 'Container', items: [{ type: 'Table' }] },
    ],
  }
  expect(versionProblems(card)).toEqual([
    'card.refresh is of version 1.4',
    'card.refresh.action: Action.Execute is of version 1.4',
    'card.body[0].actions[0]: Action.Execute is of version 1.4',
    'card.body[1].items[0]: Table is of version 1.5',
  ])
  expect(versionProblems({ ...card, version: '1.5' })).toEqual([])
})

test('what a button carries is not looked at', () => {
  const data = { type: 'Table' }
  expect(versionProblems({ type: 'AdaptiveCard', version: '1.2', actions: [{ type: 'Action.Submit', data }] })).toEqual([])
})
