import { ShortLinkError } from '../flow/errors.ts'
import { linkVideo } from '../flow/link.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { Video } from './video.ts'

const LinkVideoInput = builder.inputType('LinkVideoInput', {
  description: 'The publication of a planned video, by what 抖音 gives to share it.',
  fields: (t) => ({
    videoId: t.id({ required: true, description: 'The planned video.' }),
    share: t.string({
      required: true,
      description:
        '抖音 share text, a link to the video (www.douyin.com/video/…, ?modal_id=…, www.iesdouyin.com/share/video/…, ' +
        '/note/…) or its 19-digit id alone, up to 4000 characters.',
    }),
    publishedAt: t.field({ type: 'DateTime', description: 'When it went out; left out: now.' }),
  }),
})
builder.mutationField('linkVideo', (t) =>
  t.drizzleField({
    ...CHANGE,
    errors: { types: [...CHANGE.errors.types, ShortLinkError] },
    type: Video,
    description:
      'Publishes a planned video as the one that the text names, as publishVideo does. InvalidInputError: the text ' +
      'names none. ShortLinkError: it has only a short link.',
    args: { input: t.arg({ type: LinkVideoInput, required: true, description: 'The publication.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const videoId = rowId('videoId', 'Video', input.videoId)
      const publishedAt = input.publishedAt ?? undefined
      const id = await run(linkVideo, { videoId, share: input.share, publishedAt })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)
