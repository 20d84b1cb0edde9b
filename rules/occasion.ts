/** 大促日历: the activities that a workspace begins with. */
import { LONGEST_CAMPAIGN, type Problem, spanProblems } from './campaign.ts'

export interface Occasion {
  name: string
  /** Business days, first and last. */
  startsOn: string
  endsOn: string
  /** Moves with the lunar calendar. */
  lunar: boolean
}

/**
 * Every year, as MM-DD. Festivals are certain. Days of platforms are not: each platform announces its own every year,
 * 抖音's 双11 has begun between 10-08 and 10-31, a 超品日 is agreed by brand, and D-Beauty has no fixed date. They are
 * where a team starts to edit, no source.
 */
const YEARLY: [name: string, startsOn: string, endsOn: string][] = [
  ['女王节 3.8', '03-01', '03-08'],
  ['D-Beauty 抖音美妆节', '03-20', '03-31'],
  ['超品日', '04-18', '04-18'],
  ['51 五一', '05-01', '05-05'],
  ['510 品牌日', '05-10', '05-10'],
  ['520', '05-14', '05-20'],
  ['618', '06-01', '06-20'],
  ['818', '08-08', '08-18'],
  ['开学季', '08-20', '09-10'],
  ['国庆', '10-01', '10-07'],
  ['双11', '10-09', '11-11'],
  ['双12', '12-01', '12-12'],
]

/**
 * The lunar ones by year. Festivals are the day itself, 春节 the seven from 正月初一 on; 年货节, whose days are the
 * platforms', runs in the weeks before 春节 and so may begin in the year before.
 */
const LUNAR: Record<number, [name: string, startsOn: string, endsOn: string][]> = {
  2026: [
    ['年货节', '2026-01-16', '2026-02-12'],
    ['春节', '2026-02-17', '2026-02-23'],
    ['端午', '2026-06-19', '2026-06-19'],
    ['七夕', '2026-08-19', '2026-08-19'],
    ['中秋', '2026-09-25', '2026-09-25'],
  ],
  2027: [
    ['年货节', '2027-01-05', '2027-02-01'],
    ['春节', '2027-02-06', '2027-02-12'],
    ['端午', '2027-06-09', '2027-06-09'],
    ['七夕', '2027-08-08', '2027-08-08'],
    ['中秋', '2027-09-15', '2027-09-15'],
  ],
  2028: [
    ['年货节', '2027-12-25', '2028-01-21'],
    ['春节', '2028-01-26', '2028-02-01'],
    ['端午', '2028-05-28', '2028-05-28'],
    ['七夕', '2028-08-26', '2028-08-26'],
    ['中秋', '2028-10-03', '2028-10-03'],
  ],
}

/** The years that are shipped. */
export const OCCASION_YEARS = Object.keys(LUNAR).map(Number)

/** Those of every shipped year by their first day; starting points to edit, see above. */
export const OCCASIONS: readonly Occasion[] = OCCASION_YEARS.flatMap((year) => [
  ...YEARLY.map(([name, from, to]) => ({
    name,
    startsOn: `${year}-${from}`,
    endsOn: `${year}-${to}`,
    lunar: false,
  })),
  ...(LUNAR[year] ?? []).map(([name, startsOn, endsOn]) => ({ name, startsOn, endsOn, lunar: true })),
]).sort((a, b) => a.startsOn.localeCompare(b.startsOn))

/** Every problem of an occasion's days; none: it can be stored. */
export function occasionProblems(days: { startsOn: string; endsOn: string }): Problem[] {
  return spanProblems('', days, LONGEST_CAMPAIGN)
}
