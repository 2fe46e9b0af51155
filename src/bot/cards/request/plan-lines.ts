import { cleanText } from '../../../domain/hostile-text.ts'
import type { FieldChange, Plan, PlannedStep } from '../../../domain/plan.ts'
import { type Action, connects } from '../../../domain/request.ts'
import { code, type Text, words } from '../../chat/card.ts'

/** Longest value in a plan line, in code points; Details shows all of it. */
const valueLength = 40

/** Fields that are longer together get a line each: a chat cuts what is too long for one block. In code points. */
const compactLength = 600

/** The changes of a plan, by step. */
export function planLines(plan: Plan): readonly Text[] {
  return plan.steps.flatMap(stepLines)
}

/** One line, and more where a step has many fields: an approver has to see each. */
export function stepLines(step: PlannedStep): readonly Text[] {
  const { change } = step
  const line = planLine(step)
  if (change.kind === 'none' || change.kind === 'blocked' || [...compact(change.fields)].length <= compactLength) return [line]
  return [
    planLine({ ...step, change: { ...change, fields: [] } }),
    ...change.fields.map((field) => `    ${fieldText(field, valueLength)}`),
  ]
}

function planLine(step: PlannedStep): Text {
  const { title, resource, change, note, kept } = step
  const subject = words`${title} ${code(cleanText(resource, 120))}`
  switch (change.kind) {
    case 'none':
      return words`${code(kept === true ? '= as it is' : '= in place')} ${subject}${noteText(note)}`
    case 'blocked':
      return words`${code('! blocked ')} ${subject}: ${cleanText(change.reason, 300)}`
    default:
      return words`${code(marks[change.kind])} ${subject}${compact(change.fields)}`
  }
}

function noteText(note: string | undefined): string {
  return note === undefined ? '' : `: ${cleanText(note, 150)}`
}

const marks = { create: '+ create  ', update: '~ change  ', delete: '- delete  ' } as const

function compact(fields: readonly FieldChange[]): string {
  if (fields.length === 0) return ''
  return `: ${fields.map((field) => fieldText(field, valueLength)).join(', ')}`
}

/** Longest name of a field in a plan line, in code points. Names of services are part of it, and may be long. */
const fieldNameLength = 60

/** Without the middle of what is too long: the beginning says whose field it is, and the end which. */
function fieldName(name: string): string {
  const characters = [...cleanText(name, 1_000)]
  if (characters.length <= fieldNameLength) return characters.join('')
  return `${characters.slice(0, fieldNameLength - 16).join('')}…${characters.slice(-15).join('')}`
}

/** `TTL 300 s`, `entries 1 → 2`, `note (was x)`. */
function fieldText({ name: whole, before, after }: FieldChange, length: number): string {
  const name = fieldName(whole)
  const [was, is] = [before, after].map((value) => (value === undefined ? undefined : cleanText(value, length)))
  if (is === undefined) return `${name} removed (was ${was ?? 'unknown'})`
  return was === undefined ? `${name} ${is}` : `${name} ${was} → ${is}`
}

/** Every field before and after, for Details. */
export function detailLines(step: PlannedStep): readonly Text[] {
  const { title, resource, change, note, kept } = step
  const head = words`${title} ${code(cleanText(resource, 300))}`
  switch (change.kind) {
    case 'none':
      return [words`${head}: ${kept === true ? cleanText(note ?? '', 300) : 'already in place'}`]
    case 'blocked':
      return [words`${head}: blocked, ${cleanText(change.reason, 600)}`]
    default:
      return [
        words`${head}: ${change.kind}`,
        ...change.fields.map(
          ({ name, before, after }) =>
            words`    ${name}: ${cleanText(before ?? '(none)', 600)} → ${cleanText(after ?? '(none)', 600)}`,
        ),
        ...(note === undefined ? [] : [`    ${cleanText(note, 600)}`]),
      ]
  }
}

/** `Creates 4, changes 2, deletes nothing. About 2 minutes.` Azure takes most of that for a new endpoint. */
export function planSummary(plan: Plan, action: Action): string {
  const { steps } = plan
  const count = (kind: string) => steps.filter(({ change }) => change.kind === kind).length || 'nothing'
  const slow = steps.some(({ id, change }) => id === 'private-endpoint' && change.kind === 'create')
  const summary = `Creates ${count('create')}, changes ${count('update')}, deletes ${count('delete')}.${slow ? ' About 2 minutes.' : ''}`
  return connects(action) ? `${summary} ${trafficSentence(plan)}` : summary
}

function trafficSentence({ crossRegion, services: [{ service }] }: Plan): string {
  return crossRegion
    ? `The service is in ${cleanText(service.region, 40)} and the network is not: inter-region traffic is billed by Azure.`
    : 'Same region: no inter-region charges.'
}
