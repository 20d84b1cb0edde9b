/** A forecast in one sentence, for people. */
import type { Expectation, Forecast } from './forecast.ts'
import type { Reference } from './reference.ts'

export interface ForecastFacts {
  forecast: Forecast
  usual: Expectation & { reference: Reference; videos: number }
  plays: number
  ageHours: number
  /** The share of its class, 0 to 1. */
  top: number
  /** Finished videos that the model was learned from; 0: the shipped one. */
  learnedFrom: number
  /** Plays were bought, and do not count. */
  bought: boolean
}

const CLASSES: Record<Reference, { zh: string; en: string }> = {
  KOL: { zh: '该达人', en: 'this KOL' },
  CELL: { zh: '该格', en: 'its cell' },
  VERTICAL: { zh: '该垂类', en: 'its vertical' },
  TIER: { zh: '该层级', en: 'its tier' },
  WORKSPACE: { zh: '本工作区', en: 'the workspace' },
}

export function explainForecast(facts: ForecastFacts): { zh: string; en: string } {
  const { forecast, usual, plays, ageHours, top, learnedFrom, bought } = facts
  const cutoff = Math.round(Math.expm1(usual.cutoff))
  const { zh: classZh, en: classEn } = CLASSES[usual.reference]
  const [chance, share] = [percent(forecast.probability), percent(top)]
  const age = short(ageHours)
  return {
    zh:
      `发布 ${age} 小时${bought ? '自然' : ''}播放 ${count(plays)}，预计最终 ${count(forecast.final)}` +
      `（八成落在 ${count(forecast.low)}～${count(forecast.high)}）；${classZh}前 ${share} 的门槛约 ${count(cutoff)}，` +
      `进入的概率 ${chance}。${learnedFrom > 0 ? `据 ${learnedFrom} 条已完结视频` : '尚无历史，用内置先验'}。`,
    en:
      `${count(plays)}${bought ? ' natural' : ''} plays at ${age} h, expected to end at ${count(forecast.final)} ` +
      `(8 in 10 cases: ${count(forecast.low)} to ${count(forecast.high)}); the top ${share} of ${classEn} begins at about ` +
      `${count(cutoff)}: chance ${chance}. ` +
      `${learnedFrom > 0 ? `Learned from ${learnedFrom} finished videos` : 'No history yet: shipped priors'}.`,
  }
}

const count = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US')
const short = (value: number) => String(Number(value.toPrecision(2)))
const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`
