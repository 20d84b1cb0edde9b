/** What a keeper of episodes does with a step; the live one is flow/episode.ts. */
import type { Episode, Step } from '../../rules/breakout.ts'

export function moved(episode: Episode | null, step: Step, at: number): Episode | null {
  switch (step.to) {
    case 'STAY':
      return episode
    case 'PENDING':
      return { state: 'PENDING', pendingAt: at, coolingAt: null }
    case 'FIRING':
      return { coolingAt: null, pendingAt: at, ...episode, state: 'FIRING' }
    case 'COOLING':
      return { pendingAt: at, ...episode, state: 'COOLING', coolingAt: at }
    case 'CLOSED':
    case 'FORGOTTEN':
      return null
  }
}
