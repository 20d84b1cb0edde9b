import { z } from 'zod'
import { FetchError } from './errors.ts'
import type { Oceanengine, OceanengineCall } from './oceanengine.ts'

/**
 * 巨量's lists come in three shapes of paging. Each reader yields the `data` of one page after the other, so that
 * what stands beside the rows (a fail_list) is not lost, and gives up loudly where it cannot know the end.
 */
const count = z.int().nonnegative().nullish()

/** The total has three names; `total_page` is not always there. */
export const pageInfo = z.object({
  page_size: count,
  total_page: count,
  total_number: count,
  total_num: count,
  total_count: count,
})
type PageInfo = z.infer<typeof pageInfo>

export const cursorInfo = z.object({
  cursor: z.int().nonnegative(),
  has_more: z.union([z.literal([0, 1]), z.boolean()]),
})

type Numbered<T> = OceanengineCall<T> & { pageSize: number }

/** `page_info{page, page_size, total_…}`: most lists and reports. */
export function readPages<T extends { page_info: PageInfo }>(oceanengine: Oceanengine, call: Numbered<T>) {
  return numbered(oceanengine, call, (data) => data.page_info)
}

/** `pagination{page, page_size, total_num, total_page}`: custom reports. */
export function readPagination<T extends { pagination: PageInfo }>(
  oceanengine: Oceanengine,
  call: Numbered<T>,
) {
  return numbered(oceanengine, call, (data) => data.pagination)
}

async function* numbered<T>(
  oceanengine: Oceanengine,
  { pageSize, ...call }: Numbered<T>,
  infoOf: (data: T) => PageInfo,
): AsyncGenerator<T> {
  for (let page = 1, last = 1; page <= last; page++) {
    const data = await oceanengine.call({ ...call, query: { ...call.query, page, page_size: pageSize } })
    last = lastPage(infoOf(data), pageSize)
    yield data
  }
}

function lastPage(info: PageInfo, pageSize: number): number {
  if (typeof info.total_page === 'number') return info.total_page
  const total = info.total_number ?? info.total_num ?? info.total_count
  if (typeof total !== 'number')
    throw new FetchError('parse', 'the page says neither its total nor its pages')
  return Math.ceil(total / (info.page_size || pageSize))
}

/** `page_info{cursor, has_more}` with has_more as 0/1 or as a boolean; the first cursor is 0. */
export async function* readCursor<T extends { page_info: z.infer<typeof cursorInfo> }>(
  oceanengine: Oceanengine,
  { count, ...call }: OceanengineCall<T> & { count: number },
): AsyncGenerator<T> {
  for (let cursor = 0; ; ) {
    const data = await oceanengine.call({ ...call, query: { ...call.query, cursor, count } })
    yield data
    if (!data.page_info.has_more) return
    if (data.page_info.cursor <= cursor)
      throw new FetchError('parse', 'has_more is set but the cursor stands still')
    cursor = data.page_info.cursor
  }
}

/** Rows are counted and added up: one that comes twice in an answer, or on two pages since the list moved, is one. */
export function unique<R>(rows: readonly R[]): R[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
}

/** All rows of all pages, each once. */
export async function collect<T, R>(pages: AsyncIterable<T>, rowsOf: (page: T) => R[]): Promise<R[]> {
  const rows: R[] = []
  for await (const page of pages) rows.push(...rowsOf(page))
  return unique(rows)
}

/** A list that a vendor leaves out or sends as null when it is empty. */
export function listOf<T>(row: z.ZodType<T>) {
  return z
    .array(row)
    .nullish()
    .transform((rows) => rows ?? [])
}
