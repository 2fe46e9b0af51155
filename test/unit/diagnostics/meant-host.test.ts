import { expect, test } from 'vitest'
import { meantHost } from '../../../src/diagnostics/meant-host.ts'

const suffix = '.privatelink.azure.clickhouse.cloud'
const host = `q7k3m9x2wb.westus3${suffix}`

test.each([
  [`${host}.cloud`],
  [`${host}.corp.example`],
  ['q7k3m9x2wb.westus3.privatlink.azure.clickhouse.cloud'],
  ['q7k3m9x2wb.westus3.privatelink.azure.clickhouse.com'],
  ['q7k3m9x2wb.westus3.azure.clickhuose.cloud'],
  ['q7k3m9x2wb.westus3.azure.clickhouse.cloud.cloud'],
])('%s is a slip', (typed) => expect(meantHost(typed, [suffix])).toBe(host))

test.each([
  [host],
  ['abcdef.westus3.azure.clickhouse.cloud'],
  ['metadata.example'],
  ['evilprivatelink.azure.clickhouse.cloud'],
  [suffix.slice(1)],
])('%s is none', (typed) => expect(meantHost(typed, [suffix])).toBeUndefined())
