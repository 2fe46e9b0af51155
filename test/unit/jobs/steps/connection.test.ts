import { expect, test } from 'vitest'
import { connectionText } from '../../../../src/jobs/steps/connection.ts'

test.each([
  ['Pending', 'the connection of pe-one is Pending'],
  ['', 'Azure reports no state of the connection of pe-one'],
])('a connection with the state "%s"', (connection, text) => {
  expect(connectionText({ name: 'pe-one', connection })).toBe(text)
})
