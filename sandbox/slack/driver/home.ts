import { randomBytes } from 'node:crypto'
import type { Exchange } from './deliver.ts'
import type { Desk, Options } from './person.ts'
import { person, sendEvent, verificationToken } from './person.ts'

/** Opens the app's Home tab, which tells the app so. Source: https://docs.slack.dev/reference/events/app_home_opened */
export function openHome(desk: Desk, who: string, options: Options = {}): Promise<Exchange> {
  const user = person(desk, who)
  const { directory, store } = desk.backend
  const { teamId, appId, botUserId } = directory.workspace
  const { forge = {} } = options
  const seconds = Math.floor(store.now() / 1_000)
  const team = forge.teamId ?? teamId
  const event = {
    token: verificationToken,
    team_id: team,
    api_app_id: forge.appId ?? appId,
    event: {
      type: 'app_home_opened',
      user: forge.userId ?? user.id,
      channel: directory.directMessage(user.id)?.id ?? '',
      tab: 'home',
      event_ts: `${seconds}.000000`,
    },
    type: 'event_callback',
    event_id: `Ev${randomBytes(5).toString('hex').toUpperCase()}`,
    event_time: seconds,
    authorizations: [{ enterprise_id: null, team_id: team, user_id: botUserId, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  }
  return sendEvent(desk, 'opening the Home tab', user, event, options)
}
