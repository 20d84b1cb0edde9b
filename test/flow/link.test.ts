import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { video } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { type LinkDeps, linkVideo } from '../../flow/link.ts'
import { planVideo } from '../../flow/plan.ts'
import { type Content, content, itemId } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let made: Content
beforeAll(async () => {
  ctx = await t.tenant()
  made = await content(ctx)
})

const SHORT = 'https://v.douyin.com/iAbCdEf/'
const TEXT = `7.48 复制打开抖音，看看【小鹿的作品】618 必买  ${SHORT} 01/02 Jic:/ y@T.yg`

function plan(): Promise<number> {
  const elementIds = Object.values(made.elementIds)
  return planVideo(ctx, { matrixId: made.matrixId, elementIds, purpose: 'SEEDING', title: unique('video') })
}
async function stored(videoId: number) {
  const [row] = await write(ctx, (tx) => tx.select().from(video).where(eq(video.id, videoId)))
  return row
}

test.each([
  ['its id', (id: string) => id],
  ['a link', (id: string) => `看 https://www.douyin.com/video/${id}?x=1`],
  ['a page of its creator', (id: string) => `https://www.douyin.com/user/abc?modal_id=${id}`],
])('a video is published by %s', async (_what, share) => {
  const id = itemId()
  const videoId = await plan()
  expect(await linkVideo(ctx, { videoId, share: share(id) })).toBe(videoId)
  expect(await stored(videoId)).toMatchObject({ stage: 'PUBLISHED', itemId: id, publishedAt: ctx.now })
  // The same again, in whatever words, changes nothing.
  await linkVideo(ctx, { videoId, share: ` ${id} ` })
})

test('when it went out can be said', async () => {
  const videoId = await plan()
  const publishedAt = new Date(ctx.now.getTime() - 3_600_000)
  await linkVideo(ctx, { videoId, share: itemId(), publishedAt })
  expect(await stored(videoId)).toMatchObject({ publishedAt })
})

test('a short link is refused with what to do, and the video stays planned', async () => {
  const videoId = await plan()
  await expect(linkVideo(ctx, { videoId, share: TEXT })).rejects.toMatchObject({
    name: 'ShortLinkError',
    link: SHORT,
    message: expect.stringContaining(`${SHORT} leads. Open it`),
  })
  expect(await stored(videoId)).toMatchObject({ stage: 'PLANNED', itemId: null })
})

test('a resolver follows a short link, and only that', async () => {
  const asked: string[] = []
  const id = itemId()
  const leadsTo = (address: string | null): LinkDeps => ({
    resolveShortLink: async (link) => {
      asked.push(link)
      return address
    },
  })
  const videoId = await plan()
  for (const address of [null, 'https://www.douyin.com/', SHORT]) {
    const refused = linkVideo(ctx, { videoId, share: TEXT }, leadsTo(address))
    await expect(refused).rejects.toMatchObject({ name: 'ShortLinkError' })
  }
  await linkVideo(ctx, { videoId, share: TEXT }, leadsTo(`https://www.iesdouyin.com/share/video/${id}/?a=b`))
  expect(await stored(videoId)).toMatchObject({ itemId: id })
  expect(asked).toEqual([SHORT, SHORT, SHORT, SHORT])
  await linkVideo(ctx, { videoId, share: `${TEXT} https://www.douyin.com/video/${id}` }, leadsTo(null))
  expect(asked).toHaveLength(4)
})

test('what names no video, or a taken one, is refused', async () => {
  const videoId = await plan()
  const link = (share: string) => linkVideo(ctx, { videoId, share })
  const page = () => `https://www.douyin.com/video/${itemId()}`
  const wrong = [' ', '13800138000', `订单 ${itemId()}`, 'x'.repeat(4001), `${page()} ${page()}`]
  for (const share of wrong) {
    await expect(link(share), share).rejects.toMatchObject({ name: 'InvalidInputError', field: 'share' })
  }
  const id = itemId()
  await linkVideo(ctx, { videoId: await plan(), share: id })
  await expect(link(id)).rejects.toMatchObject({ name: 'ConflictError' })
  const nobody = linkVideo(ctx, { videoId: 999_999, share: itemId() })
  await expect(nobody).rejects.toMatchObject({ what: 'video' })
})
