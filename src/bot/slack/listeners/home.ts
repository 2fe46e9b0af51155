import type { App, Context } from '@slack/bolt'
import { homeView } from '../render/home.ts'
import { type ListenerContext, speakerOf } from './context.ts'

/** Fills the Home tab whenever somebody opens it. */
export function listenForHome(app: App, shared: ListenerContext): void {
  app.event('app_home_opened', async ({ event, context }) => {
    if (event.tab === 'home') await publishHome(shared, context, event.user)
  })
}

/** Never throws: a click on the Home tab has been answered before its page is filled again. */
export async function publishHome(shared: ListenerContext, context: Context, user: string): Promise<void> {
  const { client, log } = shared
  try {
    const { by, handlers } = await speakerOf(shared, context, { id: user, name: user })
    const cards = await handlers.home(by)
    await client.views.publish({ user_id: user, view: homeView(cards) })
  } catch (error) {
    log.warn({ err: error, user }, 'a Home tab was not filled')
  }
}
