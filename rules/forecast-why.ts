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
  /** No finished video was seen below this age, where shipped priors hold; null: the video is older. */
  unseenBelowHours: number | null
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
  const { forecast, usual, plays, ageHours, top, bought } = facts
  const { zh: sourceZh, en: sourceEn } = sourceOf(facts)
  const cutoff = Math.round(Math.expm1(usual.cutoff))
  const { zh: classZh, en: classEn } = CLASSES[usual.reference]
  const [chance, share] = [percent(forecast.probability), percent(top)]
  const age = short(ageHours)
  return {
    zh:
      `发布 ${age} 小时${bought ? '自然' : ''}播放 ${count(plays)}，预计最终 ${count(forecast.final)}` +
      `（八成落在 ${count(forecast.low)}～${count(forecast.high)}）；${classZh}前 ${share} 的门槛约 ${count(cutoff)}，` +
      `进入的概率 ${chance}。${sourceZh}。`,
    en:
      `${count(plays)}${bought ? ' natural' : ''} plays at ${age} h, expected to end at ${count(forecast.final)} ` +
      `(8 in 10 cases: ${count(forecast.low)} to ${count(forecast.high)}); the top ${share} of ${classEn} begins at about ` +
      `${count(cutoff)}: chance ${chance}. ${sourceEn}.`,
  }
}

function sourceOf({ learnedFrom, unseenBelowHours }: ForecastFacts): { zh: string; en: string } {
  if (learnedFrom === 0) return { zh: '尚无历史，用内置先验', en: 'No history yet: shipped priors' }
  const learned = { zh: `据 ${learnedFrom} 条已完结视频`, en: `Learned from ${learnedFrom} finished videos` }
  if (unseenBelowHours === null) return learned
  const hours = short(unseenBelowHours)
  return {
    zh: `${learned.zh}；它们在 ${hours} 小时龄之前无观测，此前用内置先验`,
    en: `${learned.en}, shipped priors below ${hours} h, where none of them was seen`,
  }
}

const count = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US')
const short = (value: number) => String(Number(value.toPrecision(2)))
const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`
