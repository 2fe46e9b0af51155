import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { botMetrics, diagnosticsMetrics, jobsMetrics } from './unit/metrics/registries.ts'

/** Dashboard and alert rules name only what the processes tell, and the rules do what they say. */

interface Known {
  readonly type: string
  readonly labels: readonly string[]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const alertsPath = 'deploy/prometheus/alerts.yml'
const alertsTestPath = 'deploy/prometheus/alerts.test.yml'
const rules: readonly Rule[] = parse(readFileSync(alertsPath, 'utf8')).groups.flatMap(
  ({ rules }: { rules: readonly Rule[] }) => rules,
)
const dashboard = JSON.parse(readFileSync('deploy/grafana/privatelink-bot.json', 'utf8'))
const panels: readonly { readonly title: string; readonly id: number; readonly targets?: readonly { expr: string }[] }[] =
  dashboard.panels
const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

/** By name, what the real registries of the three processes hold. */
const known = new Map<string, Known>(
  [botMetrics(), jobsMetrics(), diagnosticsMetrics()].flatMap(({ register }) =>
    register.getMetricsAsArray().map((metric): [string, Known] => {
      const { name, type, labelNames = [] } = metric as unknown as { name: string; type: string; labelNames?: string[] }
      return [name, { type, labels: labelNames }]
    }),
  ),
)

/** What Prometheus adds: one series for each target, and two labels to every series. */
const ofPrometheus = { metric: 'up', labels: ['job', 'instance'] }

/** The metrics that an expression names, with the labels by which it selects them. */
function namedIn(expr: string): readonly { readonly metric: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b(up|(?:privatelink|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }),
  )
}

function metricOf(name: string): Known | undefined {
  const exact = known.get(name)
  if (exact !== undefined) return exact.type === 'histogram' ? undefined : exact
  const base = known.get(name.replace(/_(bucket|sum|count)$/, ''))
  return base?.type === 'histogram' ? { ...base, labels: [...base.labels, 'le'] } : undefined
}

function problemsIn(expr: string): readonly string[] {
  const named = namedIn(expr).filter(({ metric }) => metric !== ofPrometheus.metric)
  const unknown = named.filter(({ metric }) => metricOf(metric) === undefined).map(({ metric }) => metric)
  const possible = new Set([...ofPrometheus.labels, ...named.flatMap(({ metric }) => metricOf(metric)?.labels ?? [])])
  const grouped = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  )
  const labels = [...grouped, ...named.flatMap(({ labels }) => labels)].filter((label) => !possible.has(label))
  return [...unknown, ...labels]
}

describe('what reads an expression', () => {
  test.each([
    ['rate(privatelink_commands_total{command="setup"}[5m])', []],
    ['privatelink_command_total', ['privatelink_command_total']],
    ['privatelink_step_duration_seconds', ['privatelink_step_duration_seconds']],
    ['sum by (le, step) (rate(privatelink_step_duration_seconds_bucket[1h]))', []],
    ['sum by (stage) (privatelink_queue_jobs{job="x", queu=~"y"})', ['stage', 'queu']],
  ])('%s', (expr, expected) => {
    expect(problemsIn(expr)).toEqual(expected)
  })
})

describe('alert rules', () => {
  test.each(rules.map(({ alert, ...rule }) => [alert, rule] as const))('%s', (_alert, { expr, labels, annotations }) => {
    expect(namedIn(expr)).not.toEqual([])
    expect(problemsIn(expr)).toEqual([])
    expect(labels.severity).toMatch(/^(critical|warning)$/)
    expect(annotations.summary).toBeTruthy()
    // What to do about it.
    expect(annotations.description?.length).toBeGreaterThan(40)
  })

  test('each one is tested', () => {
    const tested = new Set(
      [...readFileSync(alertsTestPath, 'utf8').matchAll(/alertname: (\w+)\n +exp_alerts:\n/g)].map(([, name]) => name),
    )
    expect(rules.map(({ alert }) => alert).filter((alert) => !tested.has(alert))).toEqual([])
  })
})

test('docs/operations.md lists every metric of our own', () => {
  const page = readFileSync('docs/operations.md', 'utf8')
  const own = [...known.keys()].filter((name) => name.startsWith('privatelink_'))
  expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

describe('the dashboard', () => {
  test('names only metrics and labels that exist', () => {
    expect(shown.length).toBeGreaterThan(20)
    expect(shown.flatMap(problemsIn)).toEqual([])
  })

  test('shows every metric of our own', () => {
    const own = [...known.keys()].filter((name) => name.startsWith('privatelink_'))
    expect(own.filter((name) => !shown.some((expr) => expr.includes(name)))).toEqual([])
  })

  test('no two panels have one id', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

describe('promtool', () => {
  const promtool = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((path) => existsSync(path))
  if (promtool === undefined)
    process.stderr.write(
      'SKIPPED: alert rules are not tested, because promtool is not on the PATH (Debian: the package prometheus).\n',
    )

  test.skipIf(promtool === undefined).each([
    ['check', 'rules', alertsPath],
    ['test', 'rules', alertsTestPath],
  ])('promtool %s %s %s', { timeout: 60_000 }, (...words) => {
    const { status, stdout, stderr } = spawnSync(promtool ?? '', words, { encoding: 'utf8' })
    expect(`${stdout}${stderr}`).not.toMatch(/FAILED|error/i)
    expect(status).toBe(0)
  })

  test
    .skipIf(promtool === undefined)
    .each(Object.entries({ bot: botMetrics, jobs: jobsMetrics, diagnostics: diagnosticsMetrics }))(
    'promtool check metrics: %s',
    { timeout: 60_000 },
    async (_process, create) => {
      const input = (await create().register.metrics()).split('\n')
      // Those of prom-client itself follow other customs.
      const own = input.filter((line) => /^(# (HELP|TYPE) )?privatelink_/.test(line)).join('\n')
      const { stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], { input: `${own}\n`, encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toBe('')
    },
  )
})
