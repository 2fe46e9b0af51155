import { samePerson } from './person.ts'
import type { Request } from './request.ts'

/** Whether one person asks for the same change, for the same reason. The order of the services and the case of names do not matter. */
export function asksForTheSame(one: Request, other: Request): boolean {
  const named = ({ asked: { services, network } }: Request) =>
    [
      network.toLowerCase(),
      ...services.map(({ organization = '', service }) => `${organization}/${service}`.toLowerCase()).toSorted(),
    ].join('\n')
  return (
    one.action === other.action &&
    one.undoes === other.undoes &&
    one.asked.reason === other.asked.reason &&
    named(one) === named(other) &&
    samePerson(one.asked.by, other.asked.by)
  )
}
