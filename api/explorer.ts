/** GraphiQL out of one npm package, without a network. It takes a token from the address: /explorer#token=… */
import { gzipSync } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'

const EXAMPLES = [
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
  `# The content matrix: 人 货 场 需.
query Matrix {
  matrices(first: 1) {
    edges {
      node {
        name
        choices { element { kind name } }
        cells(first: 10) { edges { node { persona { name } product { name } videos(first: 3) { edges { node { title } } } } } }
      }
    }
  }
}`,
  `# Rules, and the metrics that they can use.
query Rules {
  rules(first: 10) { edges { node { name enabled current { version condition definition } } } }
  metrics { key zh unit formula nullRule }
}`,
]

const HEADERS = '@headers-from-the-address@'
/** The fragment never reaches a server or its log. */
const READ_TOKEN = `<script>
function headersFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  return JSON.stringify({ Authorization: 'Bearer ' + (token || 'YOUR-TOKEN') }, null, 2)
}
</script>`

export function renderExplorer(): Buffer {
  const page = renderGraphiQL({
    title: 'Seedbed 苗圃',
    endpoint: '/graphql',
    headers: HEADERS,
    defaultQuery: EXAMPLES[0],
    defaultTabs: EXAMPLES.map((query) => ({ query, headers: HEADERS })),
  } as Parameters<typeof renderGraphiQL>[0])
  const html = page
    .replaceAll(JSON.stringify(HEADERS), 'headersFromAddress()')
    .replace('</head>', () => `${READ_TOKEN}</head>`)
  return gzipSync(html)
}
