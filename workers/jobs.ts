/** The catalogue of jobs: every name, its payload and how often it is tried. Payloads carry ids, never data. */
import { z } from 'zod'

export const JOBS = {
  /** Finds what is due and enqueues it; the next sweep repairs a failed one. */
  sweep: { payload: z.strictObject({}), attempts: 1 },
  /** Polls one batch of due videos of a workspace through one connector. */
  poll: {
    payload: z.strictObject({
      workspaceId: z.number().int().positive(),
      source: z.string().min(1),
      /** Which of the batches that run side by side; two jobs of one slot never wait together. */
      slot: z.number().int().min(0),
    }),
    attempts: 3,
  },
  /** Reads what an account may look at; the next sweep repairs a failed one. */
  explore: {
    payload: z.strictObject({
      workspaceId: z.number().int().positive(),
      accountId: z.number().int().positive(),
    }),
    attempts: 1,
  },
  /** Reads what a subject sold, or what its ads brought; the next sweep repairs a failed one. */
  sales: {
    payload: z.strictObject({
      workspaceId: z.number().int().positive(),
      subjectId: z.number().int().positive(),
    }),
    attempts: 1,
  },
  /** Decides what looks of a workspace count where they are scarce; the next sweep repairs a failed one. */
  lookPrice: { payload: z.strictObject({ workspaceId: z.number().int().positive() }), attempts: 1 },
  /** Makes the figures by hour and day of what changed, every minute; the next one repairs a failed one. */
  rollup: { payload: z.strictObject({}), attempts: 1 },
  /** Learns from finished videos in every workspace that has not for a day, every hour; the next one repairs a failed one. */
  learn: { payload: z.strictObject({}), attempts: 1 },
  /** Makes a proposal for each episode that asks for a trial; the next sweep repairs a failed one. */
  propose: { payload: z.strictObject({ workspaceId: z.number().int().positive() }), attempts: 1 },
  /** Brings a promotion on as far as it goes now. Never tried again by itself: the row says what is to be done. */
  promote: {
    payload: z.strictObject({
      workspaceId: z.number().int().positive(),
      promotionId: z.number().int().positive(),
    }),
    attempts: 1,
  },
  /** Compares our orders of an advertiser with the platform's, every night; the next sweep repairs a failed one. */
  reconcile: {
    payload: z.strictObject({
      workspaceId: z.number().int().positive(),
      subjectId: z.number().int().positive(),
    }),
    attempts: 1,
  },
  /** Writes down what the teams of a workspace are to be told; the next sweep repairs a failed one. */
  route: { payload: z.strictObject({ workspaceId: z.number().int().positive() }), attempts: 1 },
  /** Sends what is due to the addresses of a workspace. Never tried again by itself: the rows say when. */
  deliver: { payload: z.strictObject({ workspaceId: z.number().int().positive() }), attempts: 1 },
  /** Drops what is too old to keep, every day. Tried again, since it gives up where it would hold up others. */
  retention: { payload: z.strictObject({}), attempts: 5 },
} as const

export type JobName = keyof typeof JOBS
export type Payload<Name extends JobName> = z.infer<(typeof JOBS)[Name]['payload']>
export type Handlers = { [Name in JobName]: (payload: Payload<Name>) => Promise<unknown> }
