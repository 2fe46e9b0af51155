import { expect, test } from 'vitest'
import { runCheckups } from '../../../src/doctor/run-checkups.ts'
import { type Checkup, ok } from '../../../src/domain/checkup.ts'
import { TerminalError } from '../../../src/domain/errors.ts'

const checkup = (group: Checkup['group'], name: string, run: Checkup['run']): Checkup => ({ group, name, run })

test('what hangs is a finding of its own, is told to stop, and holds nobody up', async () => {
  const stopped: string[] = []
  const hangs = checkup('Azure', 'Azure', (signal) => {
    signal.addEventListener('abort', () => stopped.push('Azure'))
    return new Promise(() => undefined)
  })
  const groups = await runCheckups([hangs, checkup('Redis', 'Redis', async () => [ok('a', 'answers')])], 20)
  expect(groups.map(({ group, results }) => [group, results.map(({ code }) => code)])).toEqual([
    ['Redis', ['a']],
    ['Azure', ['check-timed-out']],
  ])
  expect(stopped).toEqual(['Azure'])
})

test('an error of ours is told with its remedy; the text of another may hold a secret, and stays out', async () => {
  const [group] = await runCheckups([
    checkup('Slack', 'Slack', async () => {
      throw new TerminalError('code', 'It is so.', { remedy: 'Do this.' })
    }),
    checkup('Slack', 'the token', async () => {
      throw new RangeError('the secret is hunter2')
    }),
  ])
  const [ours, other] = group?.results ?? []
  expect(ours).toMatchObject({ code: 'code', text: 'Slack could not be checked: It is so.', remedy: 'Do this.' })
  expect(other).toMatchObject({ code: 'check-failed', level: 'fail' })
  expect(JSON.stringify(other)).not.toContain('hunter2')
  expect(other?.text).toContain('RangeError')
})
