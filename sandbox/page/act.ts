import { actInSlack } from './act-slack.ts'
import { actInTeams } from './act-teams.ts'
import type { Stage } from './stage.ts'
import { type Told, text } from './told.ts'

/** Does it, and resolves with what the page shows of it at once. Throws, in words for people, when the chat's own client would not let a person do that. */
export async function act(stage: Stage, told: Told): Promise<object | undefined> {
  const { house, faults } = stage
  const { slack, teams } = house.sandbox
  switch (told.do) {
    case 'fault-on':
      await faults.on(text(told, 'key'))
      return undefined
    case 'fault-off':
      await faults.off(text(told, 'key'))
      return undefined
    case 'surprise':
      await faults.surprise()
      return undefined
    case 'reveal':
      faults.reveal()
      return undefined
    case 'account': {
      const name = text(told, 'name')
      for (const off of [slack.directory.workspace.deactivated, teams?.directory.tenant.disabled]) {
        if (told.isActive === true) off?.delete(name)
        else off?.add(name)
      }
      return undefined
    }
    default:
      if (told.chat !== 'teams') return await actInSlack(house.sandbox, told)
      await actInTeams(house.sandbox, told)
      return undefined
  }
}
