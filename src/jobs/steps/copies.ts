import type { Zone } from '../../azure/zone-reader.ts'
import { RetryableError } from '../../domain/errors.ts'
import { wholeName } from '../../domain/hidden-names.ts'
import { markedCopy } from '../../domain/ownership.ts'
import type { FieldChange } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import { addressesOf, isCopyOf, namesThatMove } from './names-that-move.ts'
import type { CarriedRecord, StepContext } from './step.ts'

/** The copies that are to be made or changed. */
export function copyFields(zone: string, carried: readonly CarriedRecord[]): readonly FieldChange[] {
  return carried.map(({ name, addresses, from, copyLeads }) => ({
    name: `copy of ${wholeName(zone, name)} from ${from}`,
    ...(copyLeads !== undefined && { before: copyLeads.join(', ') }),
    after: addresses.join(', '),
  }))
}

/** Writes the copies of what a link hides, and has this bot's own lead to where the wider zone leads now. Records of others stay. */
export async function carryOver({ facts, clouds, maker, fence, signal }: StepContext, zone: Zone): Promise<void> {
  const { carried = [] } = facts
  if (carried.length === 0) return
  const here = await clouds.dns.aRecords(zone, signal)
  for (const source of carried) {
    const { name, addresses, ttl, metadata, from } = source
    const copy = here.find((record) => sameId(record.name, name))
    if (copy !== undefined && (!isCopyOf(copy, maker) || addressesOf(copy) === addressesOf(source))) continue
    await fence()
    const version = copy === undefined ? {} : { etag: copy.etag }
    await clouds.dns.putARecord(zone, { name, addresses, ttl, metadata: markedCopy(metadata, from, maker), ...version }, signal)
  }
}

/**
 * Reads the wider zone once more, right before the link hides its names.
 * @throws RetryableError (`source-changed`) where a record is another one by now: the step looks again, and asks for approval where it has to
 */
export async function checkSource(context: StepContext, zone: Zone): Promise<void> {
  const { facts } = context
  const said = (records: readonly CarriedRecord[]) =>
    records
      .map((each) => `${each.name} ${addressesOf(each)}`)
      .toSorted()
      .join('; ')
  const { carried, blocked } = await namesThatMove(zone, facts.around ?? [], context)
  if (blocked === undefined && said(carried) === said(facts.carried ?? [])) return
  throw new RetryableError('source-changed', `The names that ${zone.name} will hide have changed while they were copied.`, {
    remedy: 'It is looked at again by itself.',
  })
}
