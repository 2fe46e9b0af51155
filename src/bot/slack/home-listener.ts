import type { App } from '@slack/bolt'
import { homeView } from '../render/slack-home.ts'
import type { Handlers } from '../surface.ts'
import { handlersFor, type ListenerContext } from './listener-context.ts'

/** Fills the Home tab whenever somebody opens it. */
export function listenForHome(app: App, shared: ListenerContext): void {
  app.event('app_home_opened', async ({ event, context }) => {
    if (event.tab === 'home') await shared.track(publishHome(shared, handlersFor(shared, context), event.user))
  })
}

/** A page that cannot be shown is no failure of what the person did on it. */
export async function publishHome(shared: ListenerContext, handlers: Handlers, user: string): Promise<void> {
  const { client, log, identify } = shared
  try {
    const cards = await handlers.home(await identify(user, user))
    await client.views.publish({ user_id: user, view: homeView(cards) })
  } catch (error) {
    log.warn({ err: error, user }, 'a Home tab was not filled')
  }
}
