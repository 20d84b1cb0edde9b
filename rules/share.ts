/** Which video a text names: an id, a link, or what 抖音 puts on the clipboard (复制口令). */

export type Shared =
  | { kind: 'item'; itemId: string }
  /** Leads to a video, but only the network knows to which. */
  | { kind: 'short'; link: string }
  | { kind: 'none' }
  /** Links that are not all to one video. */
  | { kind: 'several' }

/** Ids have 19 digits; a longer or shorter number is something else. */
const ID = String.raw`([1-9]\d{18})(?!\d)`
const HOST = String.raw`(?<![\w.-])(?:https?://)?(?:[\w-]+\.)*(?:ies)?douyin\.com`
/** What an address is written in: it ends at white space and at Chinese. */
const REST = '[!-;=?-~]'
const PAGE = new RegExp(`${HOST}/(?:share/)?(?:video|note|slides)/${ID}`, 'gi')
/** A video opened on top of another page, e.g. of its creator. */
const MODAL = new RegExp(`${HOST}/?(?:/${REST}*?)?[?&]modal_id=${ID}`, 'gi')
const SHORT = /(?<![\w.-])(?:https?:\/\/)?v\.douyin\.com\/([\w-]+)/gi
const ALONE = new RegExp(`^${ID}$`)

/**
 * The video that a text names: by links to it, else a text that is nothing but an id, else by its short link.
 * Digits that stand elsewhere in a text are never taken for an id: they may be a phone number or an order.
 */
export function itemIdOf(text: string): Shared {
  const linked = codes(text, PAGE, MODAL)
  if (linked.length > 1) return { kind: 'several' }
  const itemId = linked[0] ?? ALONE.exec(text.trim())?.[1]
  if (itemId) return { kind: 'item', itemId }
  const [code, ...more] = codes(text, SHORT)
  if (more.length > 0) return { kind: 'several' }
  return code ? { kind: 'short', link: `https://v.douyin.com/${code}/` } : { kind: 'none' }
}

/** What the patterns find in the text, each once. */
const codes = (text: string, ...patterns: RegExp[]) => [
  ...new Set(patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), ([, code]) => code))),
]
