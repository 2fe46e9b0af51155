import type { InvokeResponse } from 'botbuilder'
import { z } from 'zod'
import { inputChoice, queryOf } from '../render/form.ts'
import type { Spoken } from './context.ts'

/** How many results are shown, unless the client asks for fewer. */
const mostResults = 15

const valueSchema = z.object({
  queryText: z.string().max(1_000).default(''),
  queryOptions: z.object({ top: z.int().positive() }).partial().default({}),
  dataset: z.string().max(500),
})

/**
 * `application/search`: what somebody types into a list of a dialog.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
 */
export async function answerSearch({ activity, handlers }: Spoken): Promise<InvokeResponse> {
  const value = valueSchema.safeParse(activity.value)
  const query = value.success ? queryOf(value.data.dataset, value.data.queryText) : undefined
  const found = query === undefined ? [] : await handlers.choices(query)
  const top = value.success ? (value.data.queryOptions.top ?? mostResults) : 0
  const results = found.slice(0, Math.min(top, mostResults)).map(inputChoice)
  return {
    status: 200,
    body: { statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse', value: { results } },
  }
}
