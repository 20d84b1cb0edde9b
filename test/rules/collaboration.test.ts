import { describe, expect, test } from 'vitest'
import {
  advance,
  COLLABORATION_ACTIONS,
  type CollaborationAction,
  nextStep,
  OPEN_STATES,
  OWING_STATES,
} from '../../rules/collaboration.ts'
import { COLLABORATION_STATES, type CollaborationState } from '../../rules/types.ts'

/** Every state by every action: where it leads, = for "already there", - for refused. */
const TRUTH: Record<CollaborationState, string> = {
  //         AGREE    BRIEF   SUBMIT  REFUSE   PUBLISH   SETTLE  DROP
  PROPOSED: 'AGREED   -       -       -        -         -       DROPPED',
  AGREED: '  =        BRIEFED -       -        -         -       DROPPED',
  BRIEFED: ' -        =       DRAFT   -        -         -       DROPPED',
  DRAFT: '   -        -       =       BRIEFED  PUBLISHED -       DROPPED',
  PUBLISHED: '-       -       -       -        =         SETTLED DROPPED',
  SETTLED: ' -        -       -       -        -         =       -',
  DROPPED: ' -        -       -       -        -         -       =',
}

describe.each(COLLABORATION_STATES)('%s', (state) => {
  const row = TRUTH[state].trim().split(/\s+/)
  test.each(COLLABORATION_ACTIONS.map((action, i): [CollaborationAction, string] => [action, row[i] ?? '']))(
    '%s: %s',
    (action, want) => {
      const got = advance(state, action)
      const short = got.kind === 'GO' ? got.state : got.kind === 'AGAIN' ? '=' : '-'
      expect(short).toBe(want)
    },
  )
})

test('a refusal says where the action leads from and where it stands', () => {
  expect(advance('PROPOSED', 'BRIEF')).toEqual({
    kind: 'REFUSED',
    why: 'BRIEF leads from AGREED, and this one is PROPOSED.',
  })
})

test('every state is reached, and the last two are never left', () => {
  const reached = new Set<CollaborationState>(['PROPOSED'])
  for (const state of reached) {
    for (const action of COLLABORATION_ACTIONS) {
      const next = advance(state, action)
      if (next.kind === 'GO') reached.add(next.state)
    }
  }
  expect([...reached].sort()).toEqual([...COLLABORATION_STATES].sort())
  for (const end of ['SETTLED', 'DROPPED'] as const) {
    expect(COLLABORATION_ACTIONS.filter((action) => advance(end, action).kind === 'GO')).toEqual([])
  }
})

test('what is open can still be published; what owes was agreed and not dropped', () => {
  expect(OPEN_STATES.filter((state) => advance(state, 'DROP').kind !== 'GO')).toEqual([])
  expect(COLLABORATION_STATES.filter((state) => !OWING_STATES.includes(state as never))).toEqual([
    'PROPOSED',
    'DROPPED',
  ])
})

test('the playbook: test, reuse, radiate, and radiate again', () => {
  expect([null, 'TEST', 'REUSE', 'RADIATE'].map((step) => nextStep(step as never))).toEqual([
    'REUSE',
    'REUSE',
    'RADIATE',
    'RADIATE',
  ])
})
