/** npm run backtest, as an operator meets it. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BacktestCommand, backtest } from '../../cli/backtest.ts'
import { program } from '../support/program.ts'

const HEAD = 'video_id,kol_id,published_at,observed_at,plays,likes,comments,shares,saves,followers'
const HOUR = 3_600_000
const FIRST = Date.UTC(2026, 9, 1)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seedbed-backtest-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
/** What it says; throws what it refuses with. */
async function said(...args: string[]): Promise<string> {
  const lines: string[] = []
  let ms = 0
  const command: BacktestCommand = {
    args,
    clock: () => new Date(FIRST + ms++),
    say: (line) => lines.push(line),
    progress: () => {},
  }
  await backtest(command)
  return lines.join('\n')
}
interface Line {
  video_id: string
  flagged_at: string | null
  probability_at_flag: number | null
  scores: { observed_at: string; age_hours: number; probability: number; expected_final: number }[]
}
async function flags(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const instant = (hours: number) => new Date(FIRST + hours * HOUR).toISOString()
/** A look; ages and instants in hours. */
const row = (id: string, published: number, observed: number, plays: number | '', rest = ',,,,') =>
  `${id},k,${instant(published)},${instant(observed)},${plays},${rest.slice(1)},5000`

/** 150 videos over 10 days with looks for 3 days; every 15th takes off. */
function many(): string[] {
  const rows: string[] = []
  for (let n = 0; n < 150; n++) {
    const final = n % 15 === 0 ? 40_000 : 300 + 7 * (n % 40)
    for (const age of [1, 2, 4, 8, 16, 32, 72]) {
      const plays = Math.round(final * (1 - Math.exp(-age / 9)))
      rows.push(row(`v${n}`, 1.6 * n, 1.6 * n + age, plays, `,${Math.round(plays / 30)},,,`))
    }
  }
  return rows
}

describe('a small world', () => {
  test('tables on one side, a line for each video on the other', async () => {
    const path = await file('many.csv', [HEAD, ...many()].join('\n'))
    const out = join(folder, 'flags.jsonl')
    const text = await said(path, '--out', out, '--top', '7')
    expect(text).toContain('many.csv: 1050 looks at 150 videos, 2026-10-01T01:00 to')
    expect(text).toMatch(/^A\. Top 7 % of the class \(all\) as the walk knew it/m)
    expect(text).toMatch(/^B\. Top 7 % of the whole file, known afterwards: ended above \d+ plays\./m)
    expect(text).toMatch(/^32-48 h +150 +10 /m)
    expect(text).toMatch(/^Expected calibration error: own 0\.\d{4}, A 0\.\d{4}, B 0\.\d{4}/m)
    expect(text).toMatch(/\d lessons, the last one's forecast on \d+ finished videos/)
    const lines = await flags(out)
    expect(lines.map(({ video_id }) => video_id)).toEqual(Array.from({ length: 150 }, (_, n) => `v${n}`))
    expect(lines[0]?.scores.map(({ age_hours }) => age_hours)).toEqual([1, 2, 4, 8, 16, 32, 72])
    const late = lines.filter((_, n) => n % 15 === 0 && n > 60)
    for (const { flagged_at, probability_at_flag } of late) {
      expect(flagged_at).not.toBeNull()
      expect(probability_at_flag).toBeGreaterThan(0.2)
    }
    expect(existsSync(`${out}.partial`)).toBe(false)
  })

  test('whatever the order of the rows, gzipped or with a BOM, the answer is the same', async () => {
    const rows = many()
    const plain = await file('plain.csv', [HEAD, ...rows].join('\n'))
    // Videos come in the order of their first look; none begins at the instant of another one's.
    const turned = gzipSync(Buffer.from(`\ufeff${[HEAD, ...rows.toReversed()].join('\r\n')}\r\n`))
    const packed = await file('turned.csv.gz', turned)
    const [one, other] = [join(folder, 'one.jsonl'), join(folder, 'other.jsonl')]
    await said(plain, '--out', one, '--class', 'kol')
    await said(packed, '--out', other, '--class', 'kol')
    expect(await readFile(other)).toEqual(await readFile(one))
  })

  test.each(['all', 'kol', 'tier', 'vertical'])('--class %s', async (name) => {
    const path = await file('class.csv', [HEAD, ...many()].join('\n'))
    const text = await said(path, '--class', name)
    expect(text).toContain(`Class (参照) ${name}.`)
    expect(text.includes('compared with all others instead')).toBe(name === 'vertical')
  })

  test('a file without KOLs and followers says that a narrower class is not there', async () => {
    const bare = many().map((line) => line.replace(',k,', ',,').replace(/5000$/, ''))
    const path = await file('bare.csv', [HEAD, ...bare].join('\n'))
    expect(await said(path, '--class', 'kol')).toContain('The file has no kol_id')
    expect(await said(path, '--class', 'tier')).toContain('no followers, so no tier')
  })

  test('a rule of its own, of which a file knows neither purpose nor scope', async () => {
    const path = await file('rule.csv', [HEAD, ...many()].join('\n'))
    const rule = await file(
      'rule.json',
      '{"purposes":["SELLING"],"condition":{"any":[{"metric":"plays","op":">=","value":10000},{"metric":"gmv","op":">=","value":1}]}}',
    )
    const out = join(folder, 'rule.jsonl')
    const text = await said(path, '--rule', rule, '--out', out)
    expect(text).toContain('Rule (规则) rule.json: plays >= 10000 or gmv >= 1')
    expect(text).toContain('purposes and scope of the rule are left aside')
    expect(text).toContain('gmv are never known')
    expect((await flags(out)).filter(({ flagged_at }) => flagged_at !== null)).toHaveLength(10)
  })
})

describe('odd files', () => {
  const single = async (...rows: string[]) => {
    const path = await file('odd.csv', [HEAD, ...rows].join('\n'))
    const out = join(folder, 'odd.jsonl')
    return { text: await said(path, '--out', out), lines: await flags(out) }
  }

  test('one look at one video: nothing finished, nothing learned', async () => {
    const { text, lines } = await single(row('a', 0, 1, 100))
    expect(text).toContain('0 lessons')
    expect(text).toContain('it is the shipped one')
    expect(text).toContain('alerts per day (每天提醒) -')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ video_id: 'a', flagged_at: null, probability_at_flag: null })
    expect(lines[0]?.scores).toHaveLength(1)
  })

  test('unknown plays and looks before publication have no score; a video without any plays counts nowhere', async () => {
    const { text, lines } = await single(
      row('a', 0, -0.5, 0),
      row('a', 0, 1, ''),
      row('a', 0, 2, 80),
      row('b', 0, 1, ''),
    )
    expect(lines.map(({ scores }) => scores.length)).toEqual([1, 0])
    expect(text).toContain('1 without any plays count nowhere')
    expect(text).toContain('Videos: 1, ')
  })

  test('no plays at all', async () => {
    const { text, lines } = await single(row('a', 0, 1, ''), row('b', 0, 1, ''))
    expect(lines.every(({ scores }) => scores.length === 0)).toBe(true)
    expect(text).toContain('Videos: 0, ')
    expect(text).toContain('Expected calibration error: own -, A -, B -')
  })

  test('only zeros: nothing ends in the top', async () => {
    const rows = Array.from({ length: 80 }, (_, n) => [1, 5, 60].map((age) => row(`z${n}`, n, n + age, 0)))
    const { text, lines } = await single(...rows.flat())
    expect(text).toContain('ended above 0 plays')
    expect(text).toContain('Videos: 80, 0 ended in the top; 0 flagged')
    expect(text).toContain('Precision (准确率) -, recall (召回率) -, F1 -')
    for (const { scores } of lines)
      for (const { probability } of scores) expect(Number.isFinite(probability)).toBe(true)
  })

  test('of two rows of one instant the later one counts', async () => {
    const { text, lines } = await single(row('a', 0, 1, 100), row('a', 0, 2, 999), row('a', 0, 2, 120))
    expect(text).toContain('1 replaced by a later row of the same instant')
    const { lines: once } = await single(row('a', 0, 1, 100), row('a', 0, 2, 120))
    expect(lines).toEqual(once)
  })

  test('refused rows are counted, the first few told, and the others are read', async () => {
    const bad = Array.from({ length: 8 }, (_, n) => row(`b${n}`, 0, 1, '').replace(',,,,,,', ',x,,,,,'))
    const { text, lines } = await single(row('a', 0, 1, 100), ...bad)
    expect(text.match(/^line \d+, plays: not a number \(x\)$/gm)).toHaveLength(5)
    expect(text).toContain('8 rows refused')
    expect(lines).toHaveLength(1)
  })
})

describe('refused with one clear sentence', () => {
  const good = () => file('good.csv', `${HEAD}\n${row('a', 0, 1, 5)}`)

  test.each<[string, string[], RegExp]>([
    ['top 0', ['--top', '0'], /--top must be a percentage above 0 and at most 50, not 0/],
    ['top above 50', ['--top', '50.1'], /at most 50, not 50.1/],
    ['no top', ['--top', ''], /at most 50, not /],
    ['top in words', ['--top', 'five'], /not five/],
    ['an unknown class', ['--class', 'mine'], /--class must be all, kol, tier, vertical, not mine/],
    ['an unknown option', ['--speed', '9'], /--speed[\s\S]*npm run backtest/],
    ['a zone that is none', ['--zone', 'Mars/Base'], /--zone Mars\/Base is no time zone/],
    ['a rule that is not there', ['--rule', '/nowhere/rule.json'], /There is no file \/nowhere\/rule.json/],
    [
      'a folder that is not there',
      ['--out', '/nowhere/flags.jsonl'],
      /--out \/nowhere\/flags.jsonl cannot be written/,
    ],
  ])('%s', async (_, options, message) => {
    const failure = said(await good(), ...options)
    await expect(failure).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(message),
    })
  })

  test('no file, no such file, a folder, and itself as --out', async () => {
    await expect(said()).rejects.toThrow(/npm run backtest -- FILE/)
    await expect(said('/nowhere.csv')).rejects.toThrow('There is no file /nowhere.csv')
    await expect(said(folder)).rejects.toThrow(`There is no file ${folder}`)
    const path = await good()
    await expect(said(path, '--out', path)).rejects.toThrow('is the FILE that is read')
    expect(await readFile(path, 'utf8')).toContain('video_id')
  })

  test('a header alone, nothing but refused rows, and a rule that says nonsense', async () => {
    await expect(said(await file('empty.csv', HEAD))).rejects.toThrow('has a header and no rows')
    const bad = await file('bad.csv', `${HEAD}\n${row('a', 0, 1, 5).replace('a,', ',')}`)
    const out = join(folder, 'never.jsonl')
    await expect(said(bad, '--out', out)).rejects.toThrow('all 1 were refused')
    expect(existsSync(out) || existsSync(`${out}.partial`)).toBe(false)
    const rule = await file('nonsense.json', '{"condition":{"metric":"fame","op":">=","value":1}}')
    await expect(said(await good(), '--rule', rule)).rejects.toThrow(/definition\.condition/)
    await expect(said(await good(), '--rule', await file('half.json', '{'))).rejects.toThrow('is not JSON')
  })

  test('the program itself: exit code 1, no stack', async () => {
    const command = program(['backtest', '/nowhere.csv'])
    expect(await command.ended).toBe(1)
    expect(command.output()).toBe('There is no file /nowhere.csv\n')
  })
})
