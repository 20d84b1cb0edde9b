/** Every way a call to a platform can fail, whatever the vendor calls it. */
export const FETCH_ERROR_KINDS = [
  'rate_limited',
  'auth',
  'forbidden',
  'not_found',
  'rejected',
  'network',
  'timeout',
  'parse',
  // Ours, not the platform's: the call was not sent, for a quota or a cap. Asked again later it may be.
  'quota',
] as const
export type FetchErrorKind = (typeof FETCH_ERROR_KINDS)[number]

/** A failed platform call. The message never holds a token: http.ts redacts before it throws. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly kind: FetchErrorKind
  /** The vendor's own code, e.g. 40100; null when the failure was below the vendor's envelope. */
  readonly code: number | null
  /** The platform, or a quota of ours, asked to wait this long, ms. */
  readonly retryAfterMs: number | null
  /** The vendor's id of the request, for a support ticket. */
  readonly requestId: string | null

  constructor(
    kind: FetchErrorKind,
    message: string,
    detail: {
      code?: number | null
      retryAfterMs?: number | null
      requestId?: string | null
      cause?: unknown
    } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.kind = kind
    this.code = detail.code ?? null
    this.retryAfterMs = detail.retryAfterMs ?? null
    this.requestId = detail.requestId ?? null
  }
}
