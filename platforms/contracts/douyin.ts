import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'

/** 抖音开放平台, from sections 1.1-1.5 of the reference. Where the sources disagree on a type, both are in. */
const loose = z.union([wireInt, intText])
const status = { error_code: loose, description: z.string() }
const logged = { log_id: z.string() }
const form = { client_key: z.string(), client_secret: z.string() }
const user = { open_id: z.string() }
// The older form of the header.
const olderToken = { access_token: z.string() }
const dateType = z.enum(['7', '15', '30'])

const grant = fields(
  {
    ...status,
    access_token: z.string().startsWith('act.'),
    expires_in: loose,
    refresh_token: z.string().startsWith('rft.'),
    refresh_expires_in: loose,
    open_id: z.string(),
    scope: z.string(),
  },
  { ...logged, union_id: z.string() },
)
const statistics = fields({
  play_count: wireInt,
  digg_count: wireInt,
  comment_count: wireInt,
  share_count: wireInt,
  download_count: wireInt,
  forward_count: wireInt,
})
const video = fields({
  item_id: z.string().startsWith('@'),
  video_id: z.string().regex(/^\d+$/),
  title: z.string(),
  cover: z.string(),
  create_time: wireInt,
  share_url: z.string(),
  is_top: z.boolean(),
  is_reviewed: z.boolean(),
  video_status: z.literal([1, 2, 4, 5, 6, 7]),
  media_type: z.literal([2, 4]),
  statistics,
})
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/)

export const douyinContracts: Contract[] = [
  {
    method: 'POST',
    path: '/oauth/access_token/',
    body: fields({ ...form, code: z.string(), grant_type: z.literal('authorization_code') }),
    data: grant,
  },
  {
    method: 'POST',
    path: '/oauth/refresh_token/',
    body: fields({
      client_key: z.string(),
      grant_type: z.literal('refresh_token'),
      refresh_token: z.string(),
    }),
    data: grant,
  },
  {
    method: 'POST',
    path: '/oauth/renew_refresh_token/',
    body: fields({ client_key: z.string(), refresh_token: z.string() }),
    data: fields({ ...status, refresh_token: z.string().startsWith('rft.'), expires_in: loose }, logged),
  },
  {
    method: 'POST',
    path: '/oauth/client_token/',
    body: fields({ ...form, grant_type: z.literal('client_credential') }),
    data: fields({ ...status, access_token: z.string().startsWith('clt.'), expires_in: loose }, logged),
  },
  {
    method: 'POST',
    path: '/oauth/userinfo/',
    body: fields({ access_token: z.string().startsWith('act.'), open_id: z.string() }),
    data: fields(
      { ...status, open_id: z.string(), union_id: z.string(), nickname: z.string(), avatar: z.string() },
      logged,
    ),
  },
  {
    method: 'GET',
    path: '/api/douyin/v1/video/video_list/',
    query: fields(user, { cursor: intText, count: intText, ...olderToken }),
    data: fields({
      ...status,
      list: z.array(video),
      cursor: wireInt,
      has_more: z.union([z.boolean(), z.literal([0, 1])]),
    }),
  },
  {
    method: 'POST',
    path: '/api/douyin/v1/video/video_data/',
    query: fields(user, olderToken),
    body: fields({}, { item_ids: z.array(z.string().startsWith('@')), video_ids: z.array(intText) }),
    data: fields({ ...status, list: z.array(video) }),
  },
  {
    method: 'GET',
    path: '/data/external/item/base/',
    query: fields({ ...user, item_id: z.string().startsWith('@') }, olderToken),
    data: fields({
      ...status,
      result: fields({
        total_play: loose,
        total_like: loose,
        total_comment: loose,
        total_share: loose,
        avg_play_duration: z.number(),
      }),
    }),
  },
  {
    method: 'GET',
    path: '/data/external/item/play/',
    query: fields({ ...user, item_id: z.string().startsWith('@'), date_type: dateType }, olderToken),
    data: fields({ ...status, result_list: z.array(fields({ date: day, play: loose })) }),
  },
  {
    method: 'GET',
    path: '/data/external/user/fans/',
    query: fields({ ...user, date_type: dateType }, olderToken),
    data: fields({
      ...status,
      result_list: z.array(fields({ date: day, new_fans: loose, total_fans: loose })),
    }),
  },
]
