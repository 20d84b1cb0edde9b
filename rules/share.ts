/** Which video a text names: an id, a link, or what 抖音 puts on the clipboard (复制口令). */

export type Shared =
  | { kind: 'item'; itemId: string }
  /** Leads to a video, but only the network knows to which. */
  | { kind: 'short'; link: string }
  | { kind: 'none' }

/** Ids have 19 digits; a longer or shorter number is something else. */
const ID = String.raw`([1-9]\d{18})(?!\d)`
const HOST = String.raw`(?<![\w.-])(?:https?://)?(?:[\w-]+\.)*(?:ies)?douyin\.com`
/** What an address is written in: it ends at white space and at Chinese. */
const REST = '[!-;=?-~]'
const PAGE = new RegExp(`${HOST}/(?:share/)?(?:video|note|slides)/${ID}`, 'i')
/** A video opened on top of another page, e.g. of its creator. */
const MODAL = new RegExp(`${HOST}/?(?:/${REST}*?)?[?&]modal_id=${ID}`, 'i')
const SHORT = /(?<![\w.-])(?:https?:\/\/)?v\.douyin\.com\/([\w-]+)/i
const ALONE = new RegExp(`^${ID}$`)

/**
 * The video that a text names: the first link to one, else a text that is nothing but an id, else the first short
 * link. Digits that stand elsewhere in a text are never taken for an id: they may be a phone number or an order.
 */
export function itemIdOf(text: string): Shared {
  const found = PAGE.exec(text) ?? MODAL.exec(text) ?? ALONE.exec(text.trim())
  if (found?.[1]) return { kind: 'item', itemId: found[1] }
  const code = SHORT.exec(text)?.[1]
  return code ? { kind: 'short', link: `https://v.douyin.com/${code}/` } : { kind: 'none' }
}
