import { createRandom } from './random.ts'
import type { RouteContext } from './vendor.ts'
import type { WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** What was commissioned over 星图 in the world: one demand per 货, an order for every seeding video of it. */
export interface Order {
  orderId: string
  demandId: string
  video: WorldVideo
  priceFen: number
}

export function demandsOf(world: World) {
  return world.elements
    .filter((element) => element.kind === 'PRODUCT')
    .map((element) => ({
      element,
      demandId: `72${createRandom(world.options.seed, 'demand', element.key).digits(17)}`,
    }))
}

/** By order id. Prices follow followers, about 4 分 each, in whole yuan. */
export function ordersOf({ world, state }: RouteContext): Map<string, Order> {
  return state.of(`xingtu orders ${world.options.startAt}`, () => {
    const demands = demandsOf(world)
    const seeding = world.videos.filter((video) => video.purpose === 'SEEDING')
    const orders = seeding.map((video): Order => {
      const random = createRandom(world.options.seed, 'star order', video.itemId)
      const demandId = demands.find(({ element }) => element === video.elements[1])?.demandId ?? ''
      const priceFen = 100 * Math.max(300, Math.round(video.kol.followers * 0.04 * random.factor(0.2)))
      return { orderId: `73${random.digits(17)}`, demandId, video, priceFen }
    })
    return new Map(orders.map((order) => [order.orderId, order]))
  })
}

/** 星图's own id of an author, unlike the 抖音号's. */
export function authorIdOf(world: World, video: WorldVideo): string {
  return `68${createRandom(world.options.seed, 'star author', video.kol.awemeId).digits(17)}`
}
