/**
 * A brief out of a template: `{{name}}` is a value, `{{#list}}…{{.}}…{{/list}}` is said once for each of a list (or
 * once if `list` is one value). A line with a value that is not known is left out. Nothing is escaped: it is text.
 */

/** What a template can name. The price and the margin are not among it: a brief is passed on. */
export const PLACEHOLDERS = [
  'brand',
  'kol',
  'persona',
  'fit',
  'expressiveness',
  'heat',
  'product',
  'sellingPoints',
  'benefit',
  'scene',
  'texture',
  'plot',
  'topic',
  'need',
  'pain',
  'needStep',
  'deliverables',
  'dueOn',
] as const
export type Placeholder = (typeof PLACEHOLDERS)[number]
/** null or absent: not known. */
export type BriefValues = Partial<Record<Placeholder, string | readonly string[] | null>>

export const DEFAULT_BRIEF = `【合作 brief】{{brand}} × {{kol}}

【人】{{persona}}
人设契合：{{fit}}
表现力：{{expressiveness}}

【货】{{product}}
核心利益：{{benefit}}
{{#sellingPoints}}
卖点：{{.}}
{{/sellingPoints}}

【场】{{scene}}
质感：{{texture}}
情节：{{plot}}
话题：{{#topic}}#{{.}} {{/topic}}

【需】{{need}}
痛点：{{pain}}
决策阶段：{{needStep}}

【交付】{{deliverables}}
交稿日期：{{dueOn}}
`

/** Where a template is wrong: line and column count from 1. */
export interface TemplateProblem {
  line: number
  column: number
  message: string
}

type Part = { text: string } | { name: Placeholder | '.' } | Section
interface Section {
  list: Placeholder
  parts: Part[]
  /** Of its opening tag. */
  at: number
  /** Its opening tag has a line to itself. */
  block: boolean
}
class Problem extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** The first problem of a template; null: it can be rendered. */
export function checkTemplate(template: string): TemplateProblem | null {
  try {
    parse(template)
    return null
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const before = template.slice(0, error.at).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: error.message }
  }
}

/** The brief; the template must be one that `checkTemplate` finds nothing wrong with. */
export function renderBrief(template: string, values: BriefValues): string {
  const lines = render(parse(template), values, '').split('\n')
  const known = lines.filter((line) => !line.includes(MISSING)).map((line) => line.trimEnd())
  return known
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Stands for what is not known until its line is left out; no text of PostgreSQL can hold it. */
const MISSING = '\u0000'
const itemsOf = (value: BriefValues[Placeholder]): string[] =>
  [value ?? []].flat().filter((item) => item.trim() !== '')

function render(parts: readonly Part[], values: BriefValues, item: string): string {
  const said = parts.map((part) => {
    if ('text' in part) return part.text
    if ('name' in part) return part.name === '.' ? item : itemsOf(values[part.name]).join('、') || MISSING
    const each = itemsOf(values[part.list]).map((one) => render(part.parts, values, one))
    return each.join('') || (part.block ? '' : MISSING)
  })
  return said.join('')
}

function parse(template: string): Part[] {
  const top: Part[] = []
  const open: Section[] = []
  let end = 0
  const add = (part: Part) => (open.at(-1)?.parts ?? top).push(part)
  const addText = (until: number) => {
    const text = template.slice(end, until)
    const stray = /\{\{|\}\}/.exec(text)
    if (stray) throw new Problem(`${stray[0]} belongs to no placeholder`, end + stray.index)
    if (text !== '') add({ text })
  }
  for (const { 0: tag, 1: mark, 2: inner = '', index } of template.matchAll(TAG)) {
    const line = mark ? lineOf(template, index, tag) : null
    addText(line?.from ?? index)
    end = line?.to ?? index + tag.length
    const name = inner.trim()
    const known = PLACEHOLDERS.find((placeholder) => placeholder === name)
    if (mark === '/') {
      const section = open.pop()
      if (section?.list !== name) throw new Problem(`${tag} closes what is not open`, index)
      add(section)
    } else if (name === '.' && !mark) {
      if (open.length === 0) throw new Problem('{{.}} stands outside of a list', index)
      add({ name })
    } else if (!known) {
      throw new Problem(`there is no placeholder ${tag}; there are ${PLACEHOLDERS.join(', ')}`, index)
    } else if (open.length === DEEPEST && mark) {
      throw new Problem(`${tag} lies within ${DEEPEST} lists already`, index)
    } else if (mark) open.push({ list: known, parts: [], at: index, block: line !== null })
    else add({ name: known })
  }
  addText(template.length)
  const [left] = open
  if (left) throw new Problem(`{{#${left.list}}} is never closed`, left.at)
  return top
}

/** Each level multiplies the text by the length of a list. */
const DEEPEST = 2
const TAG = /\{\{([#/]?)([^{}]*)\}\}/g

/** The line of a tag that has it to itself; it goes with the tag. */
function lineOf(template: string, index: number, tag: string): { from: number; to: number } | null {
  const from = template.lastIndexOf('\n', index - 1) + 1
  const end = template.indexOf('\n', index)
  const to = end === -1 ? template.length : end + 1
  return template.slice(from, to).trim() === tag ? { from, to } : null
}
