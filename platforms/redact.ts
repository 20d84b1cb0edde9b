/** Names under which vendors carry what must never reach a log: as header, query field or JSON field. */
const SECRET_NAME =
  /^(access[-_]?token|refresh[-_]?token|client[-_]?token|authorization|cookie|(app_|client_)?secret|(auth_)?code|x-auth)$/i
const IN_TEXT =
  /((?:access[-_]?token|refresh[-_]?token|client[-_]?token|secret|auth_code)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi
const MASK = '***'

/** The secrets of one call, found by the names of its fields wherever they are. */
export function secretsOf(...places: unknown[]): string[] {
  return places.flatMap((place) => {
    if (typeof place !== 'object' || place === null) return []
    return Object.entries(place).flatMap(([name, value]) =>
      SECRET_NAME.test(name) && typeof value === 'string' ? [value] : secretsOf(value),
    )
  })
}

/**
 * Vendors echo parameters in their messages and fetch puts whole URLs into its own, so two nets:
 * the call's own secrets wherever they stand, then anything that looks like a secret's field.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    if (secret === '') continue
    clean = clean.replaceAll(secret, MASK).replaceAll(encodeURIComponent(secret), MASK)
  }
  return clean.replace(IN_TEXT, `$1${MASK}`)
}
