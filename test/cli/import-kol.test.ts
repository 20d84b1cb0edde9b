/** npm run import of a list of KOLs, as an operator meets it. */
import { readFile } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { commandOn } from '../support/program.ts'

const { run, file } = commandOn(testDatabase(), 'import')

test('a list in GBK: previewed, imported, refused rows reported, known the second time; then an id arrives', async () => {
  const text = `达人列表
达人,城市,粉丝数,获赞数,60s以上报价,采集时间
小鹿,上海,"1,234,567",3.4亿,5万,2026-01-02 10:00:00
阿杰,--,1.2w,5,暂未开放,2026-01-02
小北,北京,很多,5,--,2026-01-02
`
  const path = await file('pool.csv', iconv.encode(text, 'gbk'))
  const dry = await run(path, '--dry-run')
  expect(dry.output).toContain('达人 列表 (kol), text, gb18030')
  expect(dry.output).toContain('priceOver60s <- 60s以上报价 [元 -> 分] 5万 -> 5000000')
  expect(dry.output).toContain('not taken, there is no place for it: 获赞数')
  expect(dry.output).toContain('line 5, 粉丝数: not a number (很多)')
  expect(dry.output).toContain('Dry run, nothing written. 3 rows: 2 new KOLs')

  const real = await run(path, '--kind', 'kol')
  expect(real).toMatchObject({ code: 0 })
  expect(real.output).toContain(
    '3 rows: 2 new KOLs, 0 revised; 2 follower counts and 1 prices added, 1 refused',
  )
  expect(await readFile(`${path}.refused.csv`, 'utf8')).toBe(
    'line,column,reason,value\n5,粉丝数,not a number,很多\n',
  )
  expect((await run(path, '--kind', 'kol')).output).toContain('was imported before')

  const ids = await file('ids.csv', '达人昵称,达人ID,粉丝数\n小鹿,7411111111111111123,1300000\n')
  expect((await run(ids, '--at', '2026-02-01')).output).toContain(
    '1 rows: 0 new KOLs, 1 revised; 1 follower counts',
  )
})
