/** Judges what the steps of .ci/run left behind. */
import { readFileSync } from 'node:fs'

const [what, file] = process.argv.slice(2)
const judges = { demo, skipped, count }
process.exitCode = judges[what]() ? 0 : 1

/** The demo's own figures, on standard input, against its planted truth. */
function demo() {
  const score = JSON.parse(readFileSync(0, 'utf8'))
  const { promotion } = score
  const scaledBy = Object.values(promotion?.scaledBy ?? {})
  const sum = (values) => values.reduce((total, value) => total + value, 0)
  const asked = [
    ['videos', score.videos === 300],
    ['snapshots of at least 10 looks a video', score.snapshots >= 3000],
    ['planted 24', score.planted === 24],
    ['precision of 0.85 or better', score.precision >= 0.85],
    ['recall of 0.85 or better', score.recall >= 0.85],
    ['median lead of 6 h or better', score.median_lead_hours >= 6],
    ['at least 10 breakouts tried', promotion?.trials >= 10],
    ['a losing trial stopped early', promotion?.stoppedEarly >= 1],
    ['a winner scaled', promotion?.scaled >= 1 && promotion.scaled <= promotion.passed],
    ['a winner boosted in 千川', promotion?.scaledBy?.MATERIAL_BOOST >= 1],
    ['no more scaled by one way than in all', Math.max(...scaledBy) <= promotion?.scaled],
    [
      'every 分 spent by a way to spend',
      sum(Object.values(promotion?.spentBy ?? {})) === promotion?.spendFen,
    ],
    // With what the plans spent of their own on what was put into them.
    ['no more spent than there was', promotion?.spendFen > 0 && promotion.spendFen <= promotion.budgetFen],
    ['profit', promotion?.profitFen > 0],
    ['more profit than promoting equally', promotion?.profitFen > promotion?.baselines.equal.profitFen],
    [
      'twice the profit of the rule of thumb',
      promotion?.profitFen >= 2 * Math.max(0, promotion?.baselines.thumb.profitFen),
    ],
    ['done within 60 s', score.seconds <= 60],
  ]
  const missed = asked.filter(([, holds]) => !holds).map(([name]) => name)
  console.log(JSON.stringify(score), missed.length ? `missed: ${missed.join('; ')}` : 'holds')
  return missed.length === 0
}

function skipped() {
  const { numPendingTests, numTodoTests } = report()
  console.log(`${numPendingTests + numTodoTests} skipped`)
  return numPendingTests + numTodoTests === 0
}

/** Prints «passed failed»; a run that left no report has one failure. */
function count() {
  const { numPassedTests, numFailedTests } = report()
  console.log(numPassedTests, numFailedTests)
  return true
}

function report() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 }
  }
}
