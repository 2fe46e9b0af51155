import { type Activity, CloudAdapter, type InvokeResponse, type TurnContext } from 'botbuilder'
import type { AuthenticateRequestResult } from 'botframework-connector'

/** The SDK's adapter, for activities that have been authenticated already. */
export class TeamsAdapter extends CloudAdapter {
  /** Runs the turn; what an invoke is answered with. */
  async run(
    authentic: AuthenticateRequestResult,
    activity: Activity,
    turn: (context: TurnContext) => Promise<void>,
  ): Promise<InvokeResponse | undefined> {
    return await this.processActivity(authentic, activity, turn)
  }
}
