import { actInSlack } from './act-slack.ts'
import { actInTeams } from './act-teams.ts'
import type { Stage } from './stage.ts'
import { type Told, text } from './told.ts'

/** Does it. Throws, in words for people, when the chat's own client would not let a person do that. */
export async function act(stage: Stage, told: Told): Promise<void> {
  const { house, faults } = stage
  const { slack, teams } = house.sandbox
  switch (told.do) {
    case 'fault-on':
      return await faults.on(text(told, 'key'))
    case 'fault-off':
      return await faults.off(text(told, 'key'))
    case 'surprise':
      return await faults.surprise()
    case 'reveal':
      return faults.reveal()
    case 'account': {
      const name = text(told, 'name')
      for (const off of [slack.directory.workspace.deactivated, teams?.directory.tenant.disabled]) {
        if (told.isActive === true) off?.delete(name)
        else off?.add(name)
      }
      return
    }
    default:
      return told.chat === 'teams' ? await actInTeams(house.sandbox, told) : await actInSlack(house.sandbox, told)
  }
}
