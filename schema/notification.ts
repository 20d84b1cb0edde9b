import { loadNotificationFacts, loadTold } from '../db/queries/notification.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { readNotification } from '../flow/notify.ts'
import { GROUP_FROM, say } from '../rules/notify.ts'
import { batched, batchedWith } from './batch.ts'
import { Brand } from './brand.ts'
import { Breakout } from './breakout.ts'
import { builder, KEY, MAX_PAGE } from './builder.ts'
import { checkCursors } from './cursor.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { Rule, SeverityEnum } from './rule.ts'

/** A key is enough: the rest is loaded with what is selected of it, for a whole page at once. */
const only = <Row>(id: number) => ({ id }) as Row

const factsOf = batched((ids, { db }) => loadNotificationFacts(db, ids))
const toldBy = batchedWith((ids, { first }: { first: number }, { db }) => loadTold(db, ids, first))

const NotificationText = builder.objectRef<{ zh: string; en: string }>('NotificationText').implement({
  description: 'What happened in one sentence, with the numbers that raised it; rounded.',
  fields: (t) => ({
    zh: t.exposeString('zh', { description: 'In Chinese.' }),
    en: t.exposeString('en', { description: 'In English.' }),
  }),
})

export const Notification = builder.drizzleNode('notification', {
  name: 'Notification',
  description:
    '通知: of one episode, or of many that fired together in a brand under a rule. Every episode that fires is told ' +
    'of in exactly one; coming back from COOLING is the same episode.',
  id: { column: (notification) => notification.id },
  select: KEY,
  fields: (t) => ({
    brand: t.field({
      type: Brand,
      description: 'The brand of its videos.',
      select: { columns: { brandId: true } },
      resolve: ({ brandId }) => only<typeof Brand.$inferType>(brandId),
    }),
    rule: t.field({
      type: Rule,
      description: 'The rule that they met.',
      select: { columns: { ruleId: true } },
      resolve: ({ ruleId }) => only<typeof Rule.$inferType>(ruleId),
    }),
    severity: t.expose('severity', {
      type: SeverityEnum,
      description: 'As the rule had it; of a group the loudest.',
    }),
    episodes: t.exposeInt('episodes', {
      description: `Episodes that it tells of; up to ${GROUP_FROM} of a brand and rule in an hour are told one by one.`,
    }),
    breakouts: t.field({
      type: [Breakout],
      description: 'The episodes that it tells of, in the order in which they fired.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: 20,
          description: `At most so many, 1 to ${MAX_PAGE}.`,
        }),
      },
      select: KEY,
      resolve: async ({ id }, { first }, context) => {
        if (first < 1 || first > MAX_PAGE)
          throw new InvalidInputError('first', `first must be 1 to ${MAX_PAGE}, not ${first}`)
        return one(await toldBy(id, { first }, context)).map(only<typeof Breakout.$inferType>)
      },
    }),
    text: t.field({
      type: NotificationText,
      description: 'For people.',
      select: { columns: { id: true, episodes: true } },
      resolve: async ({ id, episodes }, _args, context) => {
        const { brand, rule, spanMs, ...top } = one(await factsOf(id, context))
        return say({ brand, rule, episodes, spanMs, top })
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description:
        "When it is told: once a group is gathered, an hour after it began, and not in the rule's quiet hours.",
    }),
    openUntil: t.expose('openUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until then others join it, which makes it unread again; null: it tells of one.',
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first marked as read; null: it is unread.',
    }),
  }),
})

builder.drizzleObjectField(Breakout, 'notification', (t) =>
  t.field({
    type: Notification,
    nullable: true,
    description:
      'What told of its firing; null: it has not fired, or it fired before there were notifications.',
    select: { columns: { notificationId: true } },
    resolve: ({ notificationId }) =>
      notificationId === null ? null : only<typeof Notification.$inferType>(notificationId),
  }),
)

const NotificationConnection = builder.connectionObject(
  { type: Notification, name: 'NotificationConnection', description: 'A page of notifications.' },
  { name: 'NotificationEdge', description: 'A notification in a list.' },
)

const ORDER = { dueAt: 'desc', id: 'desc' } as const

builder.queryField('notifications', (t) =>
  t.drizzleConnection(
    {
      type: 'notification',
      description:
        'What is to be told by now, what was due last first. What still gathers or waits is not in it.',
      args: {
        unreadOnly: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Only those that nobody marked as read.',
        }),
        brandId: t.arg.id({ description: 'Only of this brand.' }),
        ruleId: t.arg.id({ description: 'Only of this rule.' }),
        since: t.arg({ type: 'DateTime', description: 'Only those that were due at this instant or later.' }),
      },
      resolve: (query, _root, { unreadOnly, since, ...args }, { db, now }) => {
        checkCursors(args, Object.keys(ORDER).length)
        const brandId = optionalRowId('brandId', 'Brand', args.brandId)
        const ruleId = optionalRowId('ruleId', 'Rule', args.ruleId)
        const where = {
          dueAt: { lte: now, ...(since && { gte: since }) },
          ...(unreadOnly && { readAt: { isNull: true } as const }),
          ...(brandId && { brandId }),
          ...(ruleId && { ruleId }),
        }
        return db.query.notification.findMany(query({ where, orderBy: ORDER }))
      },
    },
    NotificationConnection,
  ),
)

const ReadNotificationInput = builder.inputType('ReadNotificationInput', {
  description: 'Notifications that were read.',
  fields: (t) => ({
    ids: t.idList({ required: true, description: `Which, at most ${MAX_PAGE}; none is no error.` }),
  }),
})
const ReadNotifications = builder.objectRef<{ ids: readonly number[] }>('ReadNotifications').implement({
  description: 'Notifications that are read now.',
  fields: (t) => ({
    notifications: t.field({
      type: [Notification],
      description: 'Those of the ids that are in this workspace, each once.',
      resolve: ({ ids }) => ids.map((id) => only<typeof Notification.$inferType>(id)),
    }),
  }),
})
builder.mutationField('readNotification', (t) =>
  t.field({
    ...CHANGE,
    type: ReadNotifications,
    description:
      'Marks notifications as read; one that was read keeps its instant. Others that join it make it unread.',
    args: { input: t.arg({ type: ReadNotificationInput, required: true, description: 'Which ones.' }) },
    resolve: async (_root, { input: { ids } }, { run }) => {
      if (ids.length > MAX_PAGE) throw new InvalidInputError('ids', `ids holds more than ${MAX_PAGE}`)
      const given = ids.map((id) => rowId('ids', 'Notification', id))
      return { ids: await run(readNotification, { ids: given }) }
    },
  }),
)
