/** GraphiQL out of one npm package, without a network. It takes a token from the address: /explorer#token=… */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'

/** One tab each; the first runs at once for whoever brings a token. */
export const EXAMPLES = [
  `# 爆款 and why: every episode that fired, newest first.
query Breakouts {
  breakouts(first: 20) {
    edges {
      node {
        state
        firingAt
        reason
        video {
          title
          kol { name tier followers }
          state { plays interactionRate kolRatio }
        }
      }
    }
  }
}`,
  `# Follow one video: from its snapshots to its latest numbers.
query Videos {
  videos(first: 5, stage: PUBLISHED) {
    edges {
      node {
        id
        title
        cell { persona { name } product { name } scene { name } need { name } }
        state { plays likes comments shares interactionRate velocity nextPollAt }
        snapshots(first: 10) { edges { node { observedAt plays } } }
      }
    }
  }
}`,
  `# Monitoring: when each video is looked at next and why, its metrics with their sources, and its days.
query Monitoring {
  videos(first: 3, stage: PUBLISHED) {
    edges {
      node {
        title
        nextPoll { at urgent why { kind text } }
        figures(metrics: ["plays", "naturalPlays", "velocity", "acceleration", "kolRatio", "gmv", "gpm", "paidRoi"]) {
          metric { zh unit }
          value
          reason
          source
          disagrees
        }
        series(metrics: ["plays", "gainedPlays", "gmv"], resolution: DAY) { metric points { at value reason } }
      }
    }
  }
  sources { name freshnessMinutes callsPerSecond callsToday costTodayFen }
  accounts(first: 3) {
    edges { node { name health { state staleSince stopsInDays error { meaning { zh } whatToDo { zh } } } } }
  }
}`,
  `# The content matrix 人 货 场 需 as a board: any two axes, with what came of each pair, and the gaps.
query Board {
  matrices(first: 1) {
    edges {
      node {
        name
        board(rows: PERSONA, columns: PRODUCT) {
          rows { name }
          columns { name }
          cells { row column figures { planned published flagged hitRate medianPlays interactionRate roi } }
          gaps { row column forbidden }
          total { planned published flagged hitRate medianPlays }
        }
      }
    }
  }
}`,
  `# 大促 with its four phases, and how far each has come. proposePlan, calendar and planSheet take the ids that you see.
query Campaigns {
  matrices(first: 1) { edges { node { id name } } }
  campaigns(first: 1) {
    edges {
      node {
        name
        level
        phases { kind startsOn endsOn goal { videos } progress { videosPlanned videosPublished videosFlagged plays reached { videos } } }
      }
    }
  }
}`,
  `# KOLs with what we saw of them ourselves, and what stands out.
query Kols {
  kols(first: 10, minFollowers: 10000) {
    edges {
      node {
        name
        tier
        vertical
        facts { videos medianPlays7d interactionRate breakoutShare90d offers { band priceFen cpm } anomalies { text } }
      }
    }
  }
}`,
  `# 合作: who was asked for what, where the idea came from, and what each hop added.
query Collaborations {
  collaborations(first: 5) {
    edges {
      node {
        step
        state
        kol { name tier }
        lineage { hops { hop collaborations videos plays spendFen gmvFen } }
      }
    }
  }
}`,
  `# Rules, and the metrics that they can use.
query Rules {
  rules(first: 10) { edges { node { name enabled current { version condition definition } } } }
  metrics { key zh unit formula nullRule }
}`,
  `# A change. What is refused, and why, is part of the answer.
mutation AddKol {
  createKol(input: { accountId: "7400000000000000001", name: "小鹿护肤", vertical: "美妆", tier: TAIL, followers: 52000 }) {
    ... on Kol { id name tier }
    ... on Error { __typename message }
    ... on InvalidInputError { field }
  }
}`,
]

const HEADERS = '@headers-from-the-address@'
/**
 * The fragment never reaches a server or its log. GraphiQL keeps tabs and headers in the browser: the token of the
 * address replaces those that it kept, or a second visit would go on with the token of the first; and the tab that
 * was open is named as it looks for it, or each visit would open an empty one.
 */
const SCRIPT = `<script>
const token = new URLSearchParams(location.hash.slice(1)).get('token')
const headers = JSON.stringify({ Authorization: 'Bearer ' + (token || 'YOUR-TOKEN') }, null, 2)
const at = (name) => 'graphiql:' + name
function headersFromAddress() {
  return (!token && localStorage.getItem(at('headers'))) || headers
}
try {
  const kept = JSON.parse(localStorage.getItem(at('tabState')))
  if (token) for (const tab of kept.tabs) tab.headers = headers
  localStorage.setItem(at('tabState'), JSON.stringify(kept))
  const open = kept.tabs[kept.activeTabIndex]
  for (const name of ['query', 'variables', 'headers']) localStorage.setItem(at(name), open[name] || '')
} catch {
  for (const name of ['tabState', 'query', 'variables', 'headers']) localStorage.removeItem(at(name))
}
if (token) {
  const running = setInterval(() => {
    const editors = document.querySelectorAll('.graphiql-editors .view-lines')
    const button = document.querySelector('.graphiql-execute-button')
    if (editors.length < 2 || !button) return
    clearInterval(running)
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem(at('tabState'))) || {}
    if (!tabs || !/^mutation/m.test(tabs[activeTabIndex].query)) button.click()
  }, 100)
}
</script>`

export interface Explorer {
  /** Gzipped HTML. */
  page: Buffer
  etag: string
}
/** Lets the browser itself see to it that the page loads nothing from elsewhere and sends nothing there. */
export const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "worker-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export async function renderExplorer(): Promise<Explorer> {
  const html = renderGraphiQL({
    title: 'Seedbed 苗圃',
    endpoint: '/graphql',
    headers: HEADERS,
    defaultQuery: EXAMPLES[0],
    defaultTabs: EXAMPLES.map((query) => ({ query, headers: HEADERS })),
  } as Parameters<typeof renderGraphiQL>[0])
    .replaceAll(JSON.stringify(HEADERS), 'headersFromAddress()')
    .replace('</head>', () => `${SCRIPT}</head>`)
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`
  return { page: await promisify(gzip)(html), etag }
}
