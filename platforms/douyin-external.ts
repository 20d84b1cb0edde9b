import { z } from 'zod'
import { callDouyin, type DouyinAccess } from './douyin-call.ts'
import { looseCounter, looseInt, readDouyin } from './douyin-envelope.ts'

/**
 * 抖音开放平台's external data: T+1, ready around 10:00 in Shanghai, only for videos of the last 30 days and
 * days since the user authorised. Days are Shanghai days, `yyyy-MM-dd`, as the platform gives them.
 */
export interface DouyinExternal {
  /** Totals of one video over the last 30 days. */
  itemBase(openId: string, openItemId: string): Promise<ItemBase>
  /** New plays per day. */
  itemPlay(openId: string, openItemId: string, days: ExternalDays): Promise<DayOf<'plays'>[]>
  /** Fans per day; the platform gives none for accounts of up to 1000. */
  userFans(openId: string, days: ExternalDays): Promise<DayOf<'newFans' | 'totalFans'>[]>
}

export type ExternalDays = 7 | 15 | 30
export type DayOf<Name extends string> = { date: string } & Record<Name, number | null>

export interface ItemBase {
  plays: number | null
  likes: number | null
  comments: number | null
  shares: number | null
  averagePlaySeconds: number | null
}

const dateSchema = z.string().regex(/^\d{4}-\d\d-\d\d$/)
const seconds = z
  .union([
    z.number().nonnegative(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .transform((value) => value ?? null)
const baseSchema = z.object({
  result: z.object({
    total_play: looseCounter,
    total_like: looseCounter,
    total_comment: looseCounter,
    total_share: looseCounter,
    avg_play_duration: seconds,
  }),
})
const playSchema = z.object({
  result_list: z.array(z.object({ date: dateSchema, play: looseCounter })).nullable(),
})
const fansSchema = z.object({
  result_list: z
    .array(z.object({ date: dateSchema, new_fans: looseInt.nullable(), total_fans: looseCounter }))
    .nullable(),
})

export function createExternal(access: DouyinAccess): DouyinExternal {
  const ask = async <T>(
    openId: string,
    what: string,
    query: Record<string, string>,
    schema: z.ZodType<T>,
  ) => {
    const path = `/data/external/${what}/`
    return readDouyin(await callDouyin(access, openId, { method: 'GET', path, query }), schema)
  }
  return {
    itemBase: async (openId, openItemId) => {
      const { result } = await ask(openId, 'item/base', { item_id: openItemId }, baseSchema)
      return {
        plays: result.total_play,
        likes: result.total_like,
        comments: result.total_comment,
        shares: result.total_share,
        averagePlaySeconds: result.avg_play_duration,
      }
    },
    itemPlay: async (openId, openItemId, days) => {
      const query = { item_id: openItemId, date_type: String(days) }
      const { result_list } = await ask(openId, 'item/play', query, playSchema)
      return (result_list ?? []).map(({ date, play }) => ({ date, plays: play }))
    },
    userFans: async (openId, days) => {
      const { result_list } = await ask(openId, 'user/fans', { date_type: String(days) }, fansSchema)
      return (result_list ?? []).map(({ date, new_fans, total_fans }) => {
        return { date, newFans: new_fans, totalFans: total_fans }
      })
    },
  }
}
