/** The explorer: one page that loads nothing from elsewhere, with examples that run and the token of the address. */
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { EXAMPLES } from '../../api/explorer.ts'
import { world } from '../schema/world.ts'
import { testDatabase } from '../support/database.ts'
import { testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)

test('the page names no other host to load from or to send to, and the browser is told to allow none', async () => {
  const response = await fetch(`${api.url}/explorer`)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const html = await response.text()
  expect(html).toContain('Seedbed 苗圃')
  const elsewhere =
    /\b(src|href|action)\s*=\s*["']?(https?:)?\/\/|url\(\s*["']?(https?:)?\/\/|@import|importScripts\(\s*["']http|fetch\(\s*["'`]http|new (WebSocket|EventSource)\(\s*["'`]/gi
  const named = html.replaceAll(/data:[\w/+.-]+;base64,[\w+/=]+/g, '').match(elsewhere) ?? []
  expect(named.filter((text) => text !== '@import')).toEqual([])
  const policy = Object.fromEntries(
    (response.headers.get('content-security-policy') ?? '').split('; ').map((rule) => rule.split(/ (.*)/)),
  )
  expect(policy).toMatchObject({
    'default-src': "'none'",
    'connect-src': "'self'",
    'frame-ancestors': "'none'",
  })
  expect(Object.values(policy).join(' ')).not.toMatch(/https?:|\*/)
})

test('a browser that has the page does not fetch it again', async () => {
  const first = await fetch(`${api.url}/explorer`)
  const etag = first.headers.get('etag') ?? ''
  await first.arrayBuffer()
  const again = await fetch(`${api.url}/explorer`, { headers: { 'if-none-match': etag } })
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect((await fetch(`${api.url}/`, { redirect: 'manual' })).headers.get('location')).toBe('/explorer')
})

test.each(EXAMPLES.map((document) => [/(?:query|mutation) (\w+)/.exec(document)?.[1], document]))(
  'example %s runs',
  async (_name, document) => {
    const ctx = await t.tenant()
    await world(ctx, { videos: 2 })
    const data = await api.data(await tokenOf(ctx), document as string)
    expect(JSON.stringify(data)).not.toMatch(/^\{"\w+":(null|\{"edges":\[\]\})\}$/)
  },
)

let page: Promise<string> | undefined
function html(): Promise<string> {
  page ??= fetch(`${api.url}/explorer`).then((response) => response.text())
  return page
}

/** Runs the script of the page's head as a browser would, over what the browser has kept. */
async function visit(hash: string, kept: Record<string, string> = {}) {
  const script = /<script>\s*(const token[\s\S]*?)<\/script>/.exec(await html())?.[1] ?? ''
  const store = new Map(Object.entries(kept))
  const localStorage = {
    getItem: (name: string) => store.get(name) ?? null,
    setItem: (name: string, value: string) => store.set(name, value),
    removeItem: (name: string) => store.delete(name),
  }
  let tick = () => {}
  let clicks = 0
  const document = { querySelectorAll: () => [1, 2], querySelector: () => ({ click: () => clicks++ }) }
  const setInterval = (work: () => void) => {
    tick = work
  }
  const browser = createContext({
    location: { hash },
    localStorage,
    document,
    setInterval,
    clearInterval() {},
    URLSearchParams,
  })
  runInContext(script, browser)
  const headers = JSON.parse(runInContext('headersFromAddress()', browser))
  const ticked = () => {
    tick()
    return clicks
  }
  return { headers, store, clicks: ticked }
}
const OLD = '{"Authorization":"Bearer old"}'
const TABS = (query: string) =>
  JSON.stringify({
    activeTabIndex: 1,
    tabs: [
      { query: '{ a }', headers: OLD },
      { query, variables: '{}', headers: OLD },
    ],
  })

test('the token of the address is put into the headers; without one there is a place to put it', async () => {
  expect((await visit('#token=sbd_abc')).headers).toEqual({ Authorization: 'Bearer sbd_abc' })
  expect((await visit('')).headers).toEqual({ Authorization: 'Bearer YOUR-TOKEN' })
  expect((await html()).match(/"headers":headersFromAddress\(\)/g)).toHaveLength(1 + EXAMPLES.length)
})

test('a new token replaces the kept one in every tab, and the tab that was open is found again', async () => {
  const { store } = await visit('#token=sbd_new', { 'graphiql:tabState': TABS('{ b }') })
  const { tabs } = JSON.parse(store.get('graphiql:tabState') ?? '')
  const want = JSON.stringify({ Authorization: 'Bearer sbd_new' }, null, 2)
  expect(tabs.map((tab: { headers: string }) => tab.headers)).toEqual([want, want])
  expect(store.get('graphiql:query')).toBe('{ b }')
  expect(store.get('graphiql:headers')).toBe(want)
})

test('without a token of the address the kept one stays; what cannot be read is dropped', async () => {
  const headers = '{"Authorization":"Bearer kept"}'
  const kept = { activeTabIndex: 0, tabs: [{ query: '{ a }', headers }] }
  expect((await visit('', { 'graphiql:tabState': JSON.stringify(kept) })).headers).toEqual(
    JSON.parse(headers),
  )
  for (const broken of ['{', '{}', 'null', '{"tabs":[],"activeTabIndex":3}']) {
    const { store, headers: fresh } = await visit('#token=t', { 'graphiql:tabState': broken })
    expect([...store.keys()]).toEqual([])
    expect(fresh).toEqual({ Authorization: 'Bearer t' })
  }
})

test('the open query runs at once for whoever brings a token, but never a mutation', async () => {
  const clicks = async (hash: string, query: string) =>
    (await visit(hash, { 'graphiql:tabState': TABS(query) })).clicks()
  expect(await clicks('#token=t', '{ b }')).toBe(1)
  expect(await clicks('', '{ b }')).toBe(0)
  expect((await visit('#token=t')).clicks()).toBe(1)
  expect(await clicks('#token=t', '# a change\nmutation X { y }')).toBe(0)
})
