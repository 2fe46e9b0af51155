import type { Workspace } from '../directory.ts'
import { stateValues } from '../inputs.ts'
import type { JsonObject } from '../json.ts'
import type { SlackView } from '../store.ts'

/** A view as it travels: what the app sent, and what Slack adds. */
export function wireView({ teamId, appId }: Workspace, view: SlackView): JsonObject {
  const { content } = view
  return {
    id: view.id,
    team_id: teamId,
    type: content.type,
    blocks: content.blocks,
    private_metadata: content.private_metadata ?? '',
    callback_id: content.callback_id ?? '',
    state: { values: stateValues(view.content.blocks, view.state) },
    hash: view.hash,
    title: content.title,
    clear_on_close: content.clear_on_close ?? false,
    notify_on_close: content.notify_on_close ?? false,
    close: content.close ?? null,
    submit: content.submit ?? null,
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: appId,
    external_id: content.external_id ?? '',
    app_installed_team_id: teamId,
    bot_id: 'B0PRIVATELINK',
  }
}
