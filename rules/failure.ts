/** What a failed call to a platform means to whoever looks after the accounts, and what to do. */

/** As in platforms/errors.ts, which a test compares. */
export const FAILURE_KINDS = [
  'rate_limited',
  'auth',
  'forbidden',
  'not_found',
  'rejected',
  'network',
  'timeout',
  'parse',
  'quota',
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

/** The same in both languages. */
export interface Said {
  zh: string
  en: string
}
export interface Failure {
  /** null: only its words are known. */
  kind: FailureKind | null
  /** The platform's own code; null: it gave none. */
  code: number | null
  meaning: Said
  whatToDo: Said
}
type Entry = readonly [meaning: Said, whatToDo: Said]

const said = (zh: string, en: string): Said => ({ zh, en })
const WAIT = said('无需操作,程序会自动重试。', 'Nothing: it is tried again by itself.')
const TOMORROW = said(
  '无需操作,北京时间零点后自动恢复;若天天如此,请减少监测视频或向平台申请提额。',
  'Nothing: it goes on after midnight in Beijing. If it happens daily, watch fewer videos or ask for a larger quota.',
)
const AUTHORISE = said('请由账号持有人重新授权。', 'Have the owner of the account authorise it again.')
const SCOPE = said(
  '请重新授权,并在授权页勾选全部权限。',
  'Authorise again, with every permission ticked on the page of the platform.',
)
const APP = said(
  '请在平台的开发者后台检查应用的状态和能力权限。',
  "Check the app's state and its permissions in the platform's developer console.",
)
const APPEAL = said(
  '请登录平台查看账号状态并申诉。',
  "Log in at the platform, see the account's state and appeal.",
)
const REPORT = said(
  '自动重试一天后仍如此,请把错误原文报给开发者。',
  'If it lasts for a day, report the words of the error to the developers.',
)

const KINDS: Record<FailureKind, Entry> = {
  rate_limited: [said('调用过于频繁,平台要求暂缓。', 'Too many calls: the platform asks to wait.'), WAIT],
  auth: [said('授权已失效,平台不接受令牌。', 'The platform does not accept the token.'), AUTHORISE],
  forbidden: [
    said('没有权限:账号或应用不能看这些数据。', 'Not permitted: the account or the app may not see this.'),
    said(
      '请确认抖音号仍与该账号绑定、应用有相应权限,然后重新授权。',
      'See that the 抖音号 is still bound to the account and the app has the permission, then authorise again.',
    ),
  ],
  not_found: [
    said('平台上没有所查的内容。', 'The platform does not have what was asked for.'),
    said('请确认视频未被删除或设为私密。', 'See whether the video was deleted or made private.'),
  ],
  rejected: [said('平台拒绝了请求。', 'The platform refused the request.'), REPORT],
  network: [said('连不上平台,或平台内部出错。', 'The platform cannot be reached, or has a fault.'), WAIT],
  timeout: [said('平台没有按时应答。', 'The platform did not answer in time.'), WAIT],
  parse: [
    said('平台的应答读不懂,接口可能已变。', 'The answer cannot be read: the interface may have changed.'),
    REPORT,
  ],
  quota: [
    said('已达本系统的调用配额或费用上限,暂未发出。', 'Not sent yet: a quota or the cap on cost is reached.'),
    WAIT,
  ],
}
const UNKNOWN: Entry = [said('最近一次调用失败。', 'The last call failed.'), REPORT]

/** Nobody need act on it yet. */
const PASSING: ReadonlySet<Said> = new Set([WAIT, TOMORROW, REPORT])
export const passes = ({ whatToDo }: Failure): boolean => PASSING.has(whatToDo)

/** Codes that say more than their kind, by the family of a platform: the three number them alike. */
const codes = (kind: FailureKind, meaning: Said, whatToDo: Said, ...numbers: number[]) =>
  numbers.map((code) => [code, { kind, code, meaning, whatToDo }] as const)
const DAILY = said('今天的调用配额已用完。', "Today's quota of calls is used up.")
const EXPIRED = said('令牌已过期。', 'The access token has expired.')
const REFRESH_ENDED = said(
  '刷新令牌已失效,无法再自动续期。',
  'The refresh token has ended: it renews itself no more.',
)
const NO_SCOPE = said('授权时未勾选所需权限。', 'The permission was not granted when it was authorised.')
const BANNED = said('账号已被平台停用或封禁。', 'The platform has suspended or banned the account.')
const APP_LACKS = said('应用没有该接口的权限。', 'The app has no permission for the interface.')
const APP_BANNED = said('应用已被平台停用。', 'The platform has suspended the app.')
const OFFLINE = said('平台已下线该接口。', 'The platform has taken the interface offline.')
const ELSEWHERE = said(
  '请改用其他来源(千川授权或导入表格)。',
  'Use another source: a 千川 authorisation, or files.',
)

const OCEANENGINE = new Map<number, Failure>([
  ...codes(
    'forbidden',
    said('账号未授权给本应用,或无该操作权限。', 'The account has not given the app this permission.'),
    SCOPE,
    40002,
  ),
  ...codes('forbidden', APP_LACKS, APP, 40101),
  ...codes('auth', EXPIRED, WAIT, 40102),
  ...codes('auth', REFRESH_ENDED, AUTHORISE, 40103, 40107),
  ...codes('forbidden', BANNED, APPEAL, 40300, 40301, 40302, 40303, 40304, 40305),
  ...codes('rate_limited', DAILY, TOMORROW, 61002, 61003),
])
const DOUYIN = new Map<number, Failure>([
  ...codes('auth', EXPIRED, WAIT, 10008, 2190008, 28001008),
  ...codes('auth', REFRESH_ENDED, AUTHORISE, 10010, 10020),
  ...codes(
    'rejected',
    said('应用的 client_key 或密钥不对。', "The app's client_key or secret is wrong."),
    APP,
    10003,
    10013,
  ),
  ...codes('forbidden', BANNED, APPEAL, 2100009, 28001046),
  ...codes('rate_limited', DAILY, TOMORROW, 2190001, 28003017),
  ...codes('forbidden', NO_SCOPE, SCOPE, 2190003, 28001012, 28004020),
  ...codes('forbidden', APP_LACKS, APP, 10004, 2190004, 28001014, 28001018, 28001019),
  ...codes('forbidden', APP_BANNED, APP, 2190016, 28001016),
  ...codes(
    'auth',
    said('用户已取消授权或注销账号。', 'The user took the authorisation back or closed the account.'),
    AUTHORISE,
    28001045,
  ),
  ...codes(
    'forbidden',
    said('该抖音号是私密账号。', 'The 抖音号 is private.'),
    said('请其主人改为公开。', 'Ask its owner to make it public.'),
    28001047,
  ),
  ...codes(
    'rate_limited',
    said('触发平台风控,需放慢。', "The platform's risk control asks to slow down."),
    WAIT,
    28001052,
  ),
  ...codes('forbidden', OFFLINE, ELSEWHERE, 28001056),
])
const DOUDIAN = new Map<number, Failure>([
  ...codes(
    'forbidden',
    said('店铺未授权,或授权已关闭。', 'The shop has not authorised the app, or has ended it.'),
    AUTHORISE,
    30001,
  ),
  ...codes(
    'forbidden',
    said('本机 IP 不在应用的白名单内。', "This machine's address is not on the app's list."),
    said(
      '请在抖店开放平台把出口 IP 加入白名单。',
      "Add the outgoing address to the app's list in the console of 抖店.",
    ),
    30002,
  ),
  ...codes('rate_limited', said('店铺接口限流。', "The shop's interface is throttled."), WAIT, 60000),
  ...codes('forbidden', OFFLINE, APP, 70000),
])
/** By platform of an account and source of a subject. */
const CODES: Readonly<Record<string, ReadonlyMap<number, Failure>>> = {
  oceanengine: OCEANENGINE,
  qianchuan: OCEANENGINE,
  xingtu: OCEANENGINE,
  douyin: DOUYIN,
  doudian: DOUDIAN,
}

/** `text` as a FetchError says it: the vendor's code stands at the front, or behind the address. */
export function failureOf(from: string, kind: string | null, text: string | null): Failure {
  const found = /(?:^|: )(\d{5,8})(?= |$)/.exec(text ?? '')?.[1]
  const code = found === undefined ? null : Number(found)
  const known = code === null ? undefined : CODES[from]?.get(code)
  if (known && (kind === null || kind === known.kind)) return known
  const named = FAILURE_KINDS.find((one) => one === kind) ?? null
  const [meaning, whatToDo] = named === null ? UNKNOWN : KINDS[named]
  return { kind: named, code, meaning, whatToDo }
}

/** A subject that its platform no longer names. */
export const LOST: Failure = {
  kind: 'forbidden',
  code: null,
  meaning: said('平台不再列出它:绑定或授权已解除。', 'The platform no longer names it: it was unbound.'),
  whatToDo: said(
    '如仍需要,请在平台上重新绑定并授权。',
    'If it is still wanted, bind it at the platform and authorise again.',
  ),
}
/** An account whose tokens have run out. */
export const ENDED: Failure = { kind: 'auth', code: null, meaning: REFRESH_ENDED, whatToDo: AUTHORISE }
/** An account whose token was refused for good, with the platform's words. */
export const refused = (platform: string, text: string | null): Failure => {
  return { ...failureOf(platform, 'auth', text), whatToDo: AUTHORISE }
}
